"""Deputies (代理): who stands in for whom from one day to another (S18, S214)."""
