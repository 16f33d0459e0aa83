"""Credit (信用): how a customer settles, and up to what limit (S164 to S167)."""
