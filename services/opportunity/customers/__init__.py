"""Customers (客户) and their contacts: a replica fed by the customer service."""
