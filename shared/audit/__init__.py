"""Who changed what, when, from where: one entry per committed change, chained by hashes."""
