"""Settings of the order service, from ``KEHU_ORDER_…`` in the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class OrderSettings(ServiceSettings):
    """Settings of the slices come here, with the defaults of a trading company."""

    model_config = SettingsConfigDict(env_prefix="KEHU_ORDER_")

    countersign: tuple[str, ...] = Field(
        default=("sales", "technical", "finance", "legal"),
        description="departments that countersign every contract (会签)",
    )
