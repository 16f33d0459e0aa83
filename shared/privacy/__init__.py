"""Data about people: where they stand (the inventory)."""
