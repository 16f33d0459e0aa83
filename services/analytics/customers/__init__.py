"""Reports about the customers as a body: contribution, composition, and who buys no more."""
