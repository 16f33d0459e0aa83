"""Settings every service has; each service derives its own with the prefix ``KEHU_<SERVICE>_``."""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from shared.domain.clock import DEFAULT_ZONE
from shared.events.catalogue import inbound_events


class ServiceSettings(BaseSettings):
    """Read from the environment once, in the composition root."""

    database_url: SecretStr = Field(description="postgresql://… of the runtime role")
    owner_database_url: SecretStr | None = Field(
        default=None, description="postgresql://… of the role that owns the tables (migrations)"
    )
    pool_size: int = Field(default=10, ge=2, le=100, description="connections per process")
    invariant_seconds: float = Field(
        default=900, gt=0, description="how often a worker looks whether the promises are kept"
    )
    drain_seconds: float = Field(
        default=2,
        ge=0,
        le=10,
        description="how long /readyz says no before no more requests are accepted",
    )
    issuer: str = Field(default="kehu", description="expected issuer of tokens")
    jwks_url: str = Field(
        default="http://127.0.0.1:8000/v1/auth/jwks", description="where token keys are published"
    )
    business_zone: ZoneInfo = Field(
        default=DEFAULT_ZONE,
        validation_alias="KEHU_BUSINESS_ZONE",
        description="where days begin and deadlines are due, the same for all services",
    )
    inbound_sources: dict[str, tuple[str, ...]] = Field(
        default={},
        validation_alias="KEHU_INBOUND_SOURCES",
        description="which other systems (ce_source) may send which inbound event type, the same"
        " for all services",
    )
    page_secret: SecretStr | None = Field(
        default=None, description="signs page tokens; derived from database_url unless given"
    )

    @field_validator("inbound_sources")
    @classmethod
    def _of_known_types(cls, sources: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        known = {each.event_type for each in inbound_events()}
        if unknown := sources.keys() - known:
            raise ValueError(f"{sorted(unknown)} is not among the inbound types {sorted(known)}")
        return sources

    def page_key(self) -> bytes:
        """Return the key of page tokens, the same in all processes of a service."""
        given = self.page_secret or self.database_url
        return hashlib.sha256(f"pages\n{given.get_secret_value()}".encode()).digest()
