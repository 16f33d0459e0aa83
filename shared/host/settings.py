"""Settings of the host process, from ``KEHU_…`` in the environment; options override them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.bus.topics import PARTITIONS
from shared.embedded import default_data_dir

BusKind = Literal["postgres", "kafka"]


class HostSettings(BaseSettings):
    """Where the system listens, keeps its data, and which bus it uses."""

    model_config = SettingsConfigDict(env_prefix="KEHU_")

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port; 0 takes a free one")
    data: Path = Field(
        default_factory=default_data_dir, description="folder of the embedded system"
    )
    bus: BusKind | None = Field(
        default=None, description="the bus between the services; kafka when kafka is set"
    )
    bus_url: SecretStr | None = Field(
        default=None, description="address of the bus; the embedded server unless given"
    )

    kafka: str | None = Field(
        default=None, description="brokers of Kafka, host:port,host:port; with it the bus is Kafka"
    )
    kafka_partitions: int = Field(
        default=PARTITIONS, ge=1, le=1000, description="of busy topics it creates"
    )
    kafka_replication: int | None = Field(
        default=None,
        ge=1,
        le=9,
        description="of topics it creates; three, or as many as there are brokers, unless given",
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca: Path | None = Field(
        default=None, description="certificates to trust; the system's unless given"
    )

    @property
    def bus_kind(self) -> BusKind:
        """Which bus it is."""
        return self.bus or ("kafka" if self.kafka else "postgres")

    @classmethod
    def of(cls, **options: Any) -> HostSettings:
        """Return the settings with the options that were given on the command line."""
        return cls(**{name: value for name, value in options.items() if value is not None})

    @field_validator("data")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        return folder.expanduser().resolve()
