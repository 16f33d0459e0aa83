"""The portal (客户自助): a customer's own orders, deliveries, invoices and account (S25)."""
