"""Data about people: where they stand (the inventory), who is given them, and how they go."""
