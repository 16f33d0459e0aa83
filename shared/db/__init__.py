"""PostgreSQL by SQLAlchemy Core: engines, units of work, repositories, keyset pages."""
