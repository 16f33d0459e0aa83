"""Settings of the analytics service, from ``KEHU_ANALYTICS_…`` in the environment."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class AnalyticsSettings(ServiceSettings):
    """Nothing beyond what every service has."""

    model_config = SettingsConfigDict(env_prefix="KEHU_ANALYTICS_")
