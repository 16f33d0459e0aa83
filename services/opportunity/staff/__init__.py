"""Staff (员工): a replica fed by the customer service."""
