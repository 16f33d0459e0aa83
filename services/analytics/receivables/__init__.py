"""Receivables (应收款): what is open, and how long it has been due."""
