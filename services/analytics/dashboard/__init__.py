"""The dashboard: one page that draws the reports, for who signs in on it."""
