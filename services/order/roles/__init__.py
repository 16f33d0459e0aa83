"""Roles (角色): a replica fed by the customer service."""
