"""Limits on how often strangers may try: counted in the database, so for all processes together."""
