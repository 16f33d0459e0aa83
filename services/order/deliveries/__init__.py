"""Deliveries (发货): prepared from orders, checked by a second person, shipped, received."""
