"""Signing keys: published before they sign, kept until their tokens have expired (S214)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import jwt
import pytest
import sqlalchemy as sa

from services.customer.app import create_app
from services.customer.bootstrap import prepare
from services.customer.keys.service import key_set, keys_from_database, rotate_by_age
from services.customer.settings import CustomerSettings
from shared.auth import tokens as verification
from shared.domain.errors import Unauthenticated
from tests.conftest import Launch
from tests.support.sign_ins import ADMIN_PASSWORD, SignIns

ROTATE = "/v1/auth/keys/rotate"


@pytest.fixture
async def own(launch: Launch) -> SignIns:
    """A customer service with keys of its own."""
    launched = await launch("customer")
    given = launched.app.state.context.settings
    settings = CustomerSettings(database_url=given.database_url, admin_password=ADMIN_PASSWORD)
    await prepare(launched.db, settings)
    launched.app = create_app(settings, launched.db)
    return SignIns(launched, settings)


async def rotate(own: SignIns, body: dict[str, Any]) -> Any:
    """What an administrator is answered who rotates the keys."""
    async with await own.administrator() as client:
        return await client.post(ROTATE, json=body)


async def access_token(own: SignIns) -> str:
    """A token of a new sign-in."""
    return str((await own.token("admin", ADMIN_PASSWORD)).json()["access_token"])


async def published(own: SignIns) -> set[str]:
    """The names of the keys in the key set."""
    async with own.under_test.anonymous() as client:
        answer = await client.get("/v1/auth/jwks")
    assert answer.headers["cache-control"] == "public, max-age=60"
    return {each["kid"] for each in answer.json()["keys"]}


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


async def test_the_next_key_is_published_before_it_signs(own: SignIns) -> None:
    """Ten minutes, longer than anybody keeps the key set; meanwhile the present one signs."""
    present = kid_of(await access_token(own))
    answer = await rotate(own, {})
    following = answer.json()
    assert answer.status_code == 200
    assert await published(own) == {present, following["kid"]}
    assert kid_of(await access_token(own)) == present
    again = await rotate(own, {})
    assert (again.status_code, again.json()["code"]) == (409, "rotation_underway")
    async with own.under_test.db.pool.transaction() as conn:
        earlier = "UPDATE signing_key SET signs_from = now() WHERE kid = :kid"
        await conn.execute(sa.text(earlier), {"kid": following["kid"]})
    assert kid_of(await access_token(own)) == following["kid"]
    async with await own.administrator() as client:
        listed = (await client.get("/v1/auth/keys")).json()["items"]
    assert [each["kid"] for each in listed] == [following["kid"], present]
    assert "private_key" not in listed[0]


async def test_an_old_key_verifies_until_its_tokens_have_expired(own: SignIns) -> None:
    """Then it leaves the key set."""
    token = await access_token(own)
    following = (await rotate(own, {"at_once": True})).json()
    assert kid_of(await access_token(own)) == following["kid"]
    async with own.under_test.anonymous({"Authorization": f"Bearer {token}"}) as client:
        assert (await client.get("/v1/auth/me")).status_code == 200
    async with own.under_test.db.pool.transaction() as conn:
        query = sa.text("SELECT verifies_until - created_at FROM signing_key WHERE kid = :kid")
        lasts = await conn.scalar(query, {"kid": kid_of(token)})
        assert lasts > timedelta(seconds=own.settings.token_seconds)
        over = sa.text("UPDATE signing_key SET verifies_until = now() WHERE kid = :kid")
        await conn.execute(over, {"kid": kid_of(token)})
    assert await published(own) == {following["kid"]}


async def test_what_a_revoked_key_signed_is_void(
    own: SignIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a minute everywhere: verifiers read the keys anew, and forget what they verified."""
    token = await access_token(own)
    other = create_app(own.settings, own.under_test.db).state.context.tokens
    assert (await other.verify(token)).roles == {"administrator"}
    assert (await rotate(own, {"revoke": True})).status_code == 200
    monkeypatch.setattr(verification, "_KEYS_RENEWED_SECONDS", 0)
    monkeypatch.setattr(verification, "_KEYS_FRESH_SECONDS", 0)
    with pytest.raises(Unauthenticated):
        await other.verify(token)
    assert (await other.verify(await access_token(own))).roles == {"administrator"}


async def test_two_rotations_at_once_publish_one_key(own: SignIns) -> None:
    """The second finds the first."""
    answers = await asyncio.gather(*(rotate(own, {}) for _ in range(2)))
    assert sorted(each.status_code for each in answers) == [200, 409]
    assert len(await published(own)) == 2


async def test_a_key_is_replaced_when_it_is_old(own: SignIns) -> None:
    """By the worker, once; with 0 days never."""
    db, hours = own.under_test.db, timedelta(hours=8)
    await rotate_by_age(db, 90, hours)
    assert len(await published(own)) == 1
    async with db.pool.transaction() as conn:
        old = "UPDATE signing_key SET created_at = created_at - interval '91 days'"
        await conn.execute(sa.text(old))
    await rotate_by_age(db, 0, hours)
    assert len(await published(own)) == 1
    await asyncio.gather(*(rotate_by_age(db, 90, hours) for _ in range(3)))
    assert len(await published(own)) == 2


async def test_other_services_verify_with_old_and_new_keys(own: SignIns, launch: Launch) -> None:
    """They have the key set alone, and read it when they meet a key they do not know."""
    order = await launch("order")
    keys = keys_from_database(own.under_test.db)
    app = order.service.create_app(order.app.state.context.settings, db=order.db, keys=keys)
    before = await access_token(own)
    tokens = app.state.context.tokens
    assert (await tokens.verify(before)).roles == {"administrator"}
    await rotate(own, {"at_once": True})
    after = await access_token(own)
    assert kid_of(before) != kid_of(after)
    tokens.forget_keys()
    assert (await tokens.verify(after)).roles == {"administrator"}
    assert (await tokens.verify(before)).roles == {"administrator"}
    async with own.under_test.db.reading() as conn:
        assert {each["kid"] for each in (await key_set(conn))["keys"]} == {
            kid_of(before),
            kid_of(after),
        }


async def test_only_administrators_rotate_keys(own: SignIns) -> None:
    """S214."""
    await own.hire("curious", "general_manager", password="long enough for me")
    async with await own.client("curious", "long enough for me") as client:
        assert (await client.post(ROTATE, json={})).status_code == 403
        assert (await client.get("/v1/auth/keys")).status_code == 403
