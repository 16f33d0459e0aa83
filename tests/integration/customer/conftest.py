"""The customer service with its own sign-in, beside the one whose tokens the tests make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from services.customer.bootstrap import prepare
from services.customer.settings import CustomerSettings
from services.customer.staff import passwords
from tests.conftest import Launch
from tests.support.sign_ins import ADMIN_PASSWORD, SignIns

REAL_HASHER = passwords._hasher


@pytest.fixture(scope="module")
async def sign_ins(launch: Launch) -> SignIns:
    """A prepared customer service; the first administrator's password is known."""
    launched = await launch("customer")
    settings = CustomerSettings(
        database_url=launched.app.state.context.settings.database_url,
        admin_password=ADMIN_PASSWORD,
        max_requests=10_000,  # a hundred guesses at once are looked at, however busy the machine
    )
    app = launched.service.create_app(settings, db=launched.db)
    assert await prepare(launched.db, settings) == (
        "First sign-in: admin / (the password that the settings give)",
    )
    launched.app = app
    return SignIns(replace(launched, app=app), settings)


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> None:
    """Hashes cost a millisecond; ``real_passwords`` shows what the real ones do."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64)
    passwords._decoy.cache_clear()


@pytest.fixture
def real_passwords() -> Iterator[None]:
    """The parameters that are used outside of tests."""
    cheap, passwords._hasher = passwords._hasher, REAL_HASHER
    passwords._decoy.cache_clear()
    yield
    passwords._hasher = cheap
    passwords._decoy.cache_clear()
