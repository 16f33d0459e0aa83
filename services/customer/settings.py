"""Settings of the customer service, from ``KEHU_CUSTOMER_…`` in the environment."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class CustomerSettings(ServiceSettings):
    """Nothing beyond what every service has."""

    model_config = SettingsConfigDict(env_prefix="KEHU_CUSTOMER_")
