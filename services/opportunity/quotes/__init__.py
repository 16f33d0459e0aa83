"""Quotes (报价): immutable revisions of a number, discount authority, approval bound to content."""
