"""The transactional outbox: events written with the change, published by one relay per service."""
