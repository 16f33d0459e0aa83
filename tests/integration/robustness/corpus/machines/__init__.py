"""The state machines of each service: how each state comes about, and what may be done in it."""
