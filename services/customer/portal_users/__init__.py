"""Portal users (客户自助账号): people of customers who see and place their own orders."""
