"""Settings every service has; each service derives its own with the prefix ``KEHU_<SERVICE>_``."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from shared.auth.trust import ACCESS_TOKEN, Algorithm, PersonBy, RolesFrom, Trust
from shared.domain.clock import DEFAULT_ZONE
from shared.events.catalogue import inbound_events

_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")


class ServiceSettings(BaseSettings):
    """Read from the environment once, in the composition root."""

    database_url: SecretStr = Field(description="postgresql://… of the runtime role")
    owner_database_url: SecretStr | None = Field(
        default=None, description="postgresql://… of the role that owns the tables (migrations)"
    )
    pool_size: int = Field(default=10, ge=2, le=100, description="connections per process")
    max_requests: int = Field(
        default=64,
        ge=2,
        le=10_000,
        description="requests worked on at once, per process; as many wait a second for their turn",
    )
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
    token_audience: str = Field(
        default="kehu",
        min_length=1,
        validation_alias="KEHU_TOKEN_AUDIENCE",
        description="what an identity provider calls Kehu in aud; the same for all services, as is"
        " all that begins with KEHU_TOKEN",
    )
    token_algorithm: Algorithm = Field(
        default=Algorithm.EDDSA,
        validation_alias="KEHU_TOKEN_ALGORITHM",
        description="the one algorithm an identity provider signs with",
    )
    token_types: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(ACCESS_TOKEN,),
        min_length=1,
        validation_alias="KEHU_TOKEN_TYPES",
        description="which typ access tokens have, at+jwt,JWT",
    )
    token_person_claim: str = Field(
        default="sub",
        min_length=1,
        validation_alias="KEHU_TOKEN_PERSON_CLAIM",
        description="the claim that names the person",
    )
    token_person_by: PersonBy = Field(
        default=PersonBy.ID,
        validation_alias="KEHU_TOKEN_PERSON_BY",
        description="what it names: the id or the login of a member of staff",
    )
    token_roles_from: RolesFrom = Field(
        default=RolesFrom.CLAIMS,
        validation_alias="KEHU_TOKEN_ROLES_FROM",
        description="who says which roles a person holds: claims or staff",
    )
    token_roles_claim: str = Field(
        default="roles",
        min_length=1,
        validation_alias="KEHU_TOKEN_ROLES_CLAIM",
        description="the claim with the roles, realm_access.roles",
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
    approval_limit_seconds: int = Field(
        default=60,
        ge=1,
        validation_alias="KEHU_APPROVAL_LIMIT_SECONDS",
        description="the shortest time limit that a step of an approval process may have",
    )
    rate_principal: int = Field(
        default=6_000,
        ge=0,
        le=10_000_000,
        validation_alias="KEHU_RATE_PRINCIPAL",
        description="requests a minute of one principal, per service and process; 0: no limit",
    )
    rate_portal: int = Field(
        default=600,
        ge=0,
        le=10_000_000,
        validation_alias="KEHU_RATE_PORTAL",
        description="requests a minute of one portal user, per service and process; 0: no limit",
    )
    rate_network: int = Field(
        default=30_000,
        ge=0,
        le=10_000_000,
        validation_alias="KEHU_RATE_NETWORK",
        description="requests a minute from one network, per service and process; 0: no limit",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        validation_alias="KEHU_CORS_ORIGINS",
        description="origins whose pages may call the API, https://crm.example,https://…",
    )
    hsts_seconds: int = Field(
        default=0,
        ge=0,
        le=10 * 365 * 86400,
        validation_alias="KEHU_HSTS_SECONDS",
        description="Strict-Transport-Security of answers over https; 0: none",
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

    @field_validator("cors_origins", "token_types", mode="before")
    @classmethod
    def _listed(cls, origins: Any) -> Any:
        return (
            [each for each in origins.split(",") if each] if isinstance(origins, str) else origins
        )

    @field_validator("cors_origins")
    @classmethod
    def _exact(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for each in origins:
            if not _ORIGIN.fullmatch(each):
                raise ValueError(f"{each!r} is no origin; give scheme://host or scheme://host:port")
        return origins

    def trust(self) -> Trust:
        """Return whose tokens are accepted, and whom they mean."""
        return Trust(
            self.issuer,
            self.token_audience,
            self.token_algorithm,
            frozenset(self.token_types),
            self.token_person_claim,
            self.token_person_by,
            self.token_roles_from,
            self.token_roles_claim,
        )

    def page_key(self) -> bytes:
        """Return the key of page tokens, the same in all processes of a service."""
        given = self.page_secret or self.database_url
        return hashlib.sha256(f"pages\n{given.get_secret_value()}".encode()).digest()
