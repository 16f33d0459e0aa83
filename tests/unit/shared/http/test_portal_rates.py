"""Who works for a customer has a quota of their own (S25)."""

from __future__ import annotations

from shared.domain.actor import Actor
from shared.domain.ids import new_id
from shared.http.rates import Rates
from shared.settings import ServiceSettings


def test_portal_users_are_counted_by_a_narrower_quota() -> None:
    settings = ServiceSettings.model_validate(
        {"database_url": "postgresql://kehu@db/kehu", "KEHU_RATE_PORTAL": 2}
    )
    rates = Rates(settings)
    staff = Actor(new_id(), "王芳")
    buyer = Actor(new_id(), "李雷", customer_id=new_id())
    assert rates.of(buyer).quota == 2
    assert rates.of(staff).quota == settings.rate_principal == 6_000
