"""Approvals: processes as data, their runs over documents, and what waits for whom (S219-S221)."""
