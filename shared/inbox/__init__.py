"""The inbox: every event of a consumer's topics is applied once, or parked and shown to people."""
