"""Roles (角色): sets of permissions of all services, held by people (S214, S217)."""
