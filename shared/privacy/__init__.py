"""Data about people: where they stand (the inventory), and how they are erased."""
