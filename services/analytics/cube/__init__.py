"""The cube (S190): one measure, by up to three dimensions, for a slice of the facts."""
