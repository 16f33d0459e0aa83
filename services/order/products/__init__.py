"""Products (产品): a replica fed by the opportunity service."""
