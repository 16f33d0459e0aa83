"""Expenses (销售费用): requested, approved by amount, settled with what was really paid (S109)."""
