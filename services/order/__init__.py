"""The order service: contracts, orders, deliveries, invoices, receipts, and the ledger below."""
