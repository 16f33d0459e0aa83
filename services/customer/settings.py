"""Settings of the customer service, from ``KEHU_CUSTOMER_…`` in the environment."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.documents.settings import DocumentSettings
from shared.imports.settings import ImportSettings
from shared.settings import ServiceSettings


class CustomerSettings(ServiceSettings, ImportSettings, DocumentSettings):
    """What every service has, and sign-in, registrations, imports and documents."""

    model_config = SettingsConfigDict(env_prefix="KEHU_CUSTOMER_")

    sign_in: bool = Field(
        default=True,
        description="issue access tokens; off when an identity provider does (issuer, jwks_url)",
    )
    token_seconds: int = Field(
        default=8 * 3600, ge=60, le=7 * 86400, description="how long an access token lasts"
    )
    key_days: int = Field(
        default=90,
        ge=0,
        le=3650,
        description="how old the key that signs access tokens becomes; 0: until it is rotated",
    )
    session_seconds: int = Field(
        default=30 * 86400,
        ge=60,
        le=366 * 86400,
        description="how long somebody stays signed in with refresh tokens, at most",
    )
    session_idle_seconds: int = Field(
        default=7 * 86400,
        ge=60,
        le=366 * 86400,
        description="how long without a refresh, but as long as the access token",
    )
    admin_password: SecretStr | None = Field(
        default=None,
        min_length=8,
        max_length=256,
        description="of the first administrator; made up and shown once if not given",
    )
    registration_owner_id: UUID | None = Field(
        default=None,
        description="who receives self-registrations; without it the first sales manager",
    )
    registrations_per_hour: int = Field(
        default=20, ge=1, le=1_000_000, description="self-registrations from one network"
    )
