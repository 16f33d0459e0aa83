"""Invoices (发票): drafted from deliveries, matched three ways, issued as receivables."""
