"""Payments that other systems saw (来款): each becomes one receipt, however often it is told."""
