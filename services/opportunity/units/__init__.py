"""Units (组织单位): a replica fed by the customer service."""
