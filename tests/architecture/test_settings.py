"""Every setting is where an operator looks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic_settings import BaseSettings

from services.analytics.settings import AnalyticsSettings
from services.customer.settings import CustomerSettings
from services.opportunity.settings import OpportunitySettings
from services.order.settings import OrderSettings
from shared.host.settings import HostSettings
from tests.architecture.sources import ROOT

SETTINGS: tuple[type[BaseSettings], ...] = (
    AnalyticsSettings,
    CustomerSettings,
    OpportunitySettings,
    OrderSettings,
    HostSettings,
)
PAGES = "".join((ROOT / page).read_text() for page in ("README.md", "docs/operations.md"))


def variables() -> Iterator[str]:
    """What the settings are called in the environment."""
    for settings in SETTINGS:
        prefix = str(settings.model_config["env_prefix"])
        for name, field in settings.model_fields.items():
            yield str(field.validation_alias or prefix + name.upper())


def is_told(variable: str) -> bool:
    """Whether a page has it: in full, as that of each service, or by its end behind a similar one,
    ``KEHU_DOCUMENTS_ENDPOINT`, `_REGION``."""
    _, _, *words = variable.split("_")
    ends = "|".join("_".join(words[first:]) for first in range(len(words)))
    ways = [variable, rf"KEHU_<SERVICE>_{'_'.join(words)}"] + [rf"[`…]_({ends})"] * bool(words)
    return any(re.search(rf"{way}\b", PAGES) for way in ways)


def test_every_setting_is_told_to_operators() -> None:
    assert {each for each in variables() if not is_told(each)} == set()
