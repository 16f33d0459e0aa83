"""Deadlines: what a service does when a moment has come, kept in its own database."""
