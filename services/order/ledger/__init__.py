"""The ledger (总账): double-entry journals that are never changed, only reversed."""
