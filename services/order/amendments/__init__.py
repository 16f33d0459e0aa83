"""Amendments (合同变更): what was agreed is changed, or ended, by another approval (S129)."""
