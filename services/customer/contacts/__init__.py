"""Contacts (联系人): the people of a customer, and which part they play (S02, S41)."""
