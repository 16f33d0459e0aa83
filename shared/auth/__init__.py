"""Who may do what: roles, permission tables, and the verification of bearer tokens."""
