"""Customers (客户): a replica fed by the customer service."""
