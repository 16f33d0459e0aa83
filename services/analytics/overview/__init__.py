"""Orders, deliveries, sales, receipts and receivables side by side: of a customer, by person, …"""
