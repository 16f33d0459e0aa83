"""The published language: every event type of the four services, as pure pydantic models."""
