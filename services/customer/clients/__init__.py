"""Clients (系统接口): other systems that sign in with a secret of their own."""
