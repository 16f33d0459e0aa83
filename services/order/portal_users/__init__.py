"""Portal users (客户自助账号): a replica fed by the customer service, and for whom they buy."""
