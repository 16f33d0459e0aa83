"""Document numbers: gap-free ranges per series, branch and year."""
