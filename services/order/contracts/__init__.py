"""Contracts (合同): drafted, countersigned by departments, approved, signed, registered."""
