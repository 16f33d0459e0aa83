"""Deputies (代理): a replica fed by the customer service."""
