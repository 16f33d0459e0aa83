"""Settings of the order service, from ``KEHU_ORDER_…`` in the environment."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.documents.settings import DocumentSettings
from shared.domain.business_types import USUAL
from shared.events.vocabulary import Chain
from shared.imports.settings import ImportSettings
from shared.settings import ServiceSettings


class OrderSettings(ServiceSettings, ImportSettings, DocumentSettings):
    """Settings of the slices come here, with the defaults of a trading company."""

    model_config = SettingsConfigDict(env_prefix="KEHU_ORDER_")

    chains: tuple[Chain, ...] = Field(
        default=USUAL,
        min_length=1,
        validation_alias="KEHU_CHAINS",
        description="business types the company permits, the same for all services",
    )
    over_delivery_tolerance: Decimal = Field(
        default=Decimal(0),
        ge=0,
        le=1,
        description="share by which deliveries may exceed an order line (超定量发货控制)",
    )
