"""Receipts (回款) and their allocation to invoices (核销)."""
