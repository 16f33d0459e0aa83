"""The customer service: people of the company, customers and contacts, ownership, timeline."""
