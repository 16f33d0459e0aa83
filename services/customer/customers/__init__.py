"""Customers (客户): the record, its life cycle and its owner."""
