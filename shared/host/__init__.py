"""Hosting: databases provided and migrated, services composed into processes, and the commands."""
