"""HTTP kit: app factory, gates, problem documents, idempotency, ETags, pages, documentation."""
