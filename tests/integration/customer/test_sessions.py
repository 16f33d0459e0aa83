"""Sessions: refresh tokens that rotate, signing out, and what one sees of one's own (S214)."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.customer.app import create_app
from services.customer.housekeeping import clean_up
from services.customer.imports.service import CUSTOMERS
from services.customer.sessions.model import Lifetimes, Session
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.imports.runner import ImportRunner
from tests.support.sign_ins import SignIns

PASSWORD = "一个很长的口令 with blanks "


async def signed_in(sign_ins: SignIns, login: str, **form: str) -> dict[str, Any]:
    """The tokens of a new sign-in."""
    answer = await sign_ins.token(login, PASSWORD, **form)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def works(sign_ins: SignIns, tokens: dict[str, Any]) -> bool:
    """Whether the access token counts."""
    async with sign_ins.bearer(tokens) as client:
        return (await client.get("/v1/auth/me")).status_code == 200


async def test_a_refresh_token_is_exchanged_for_the_next(sign_ins: SignIns) -> None:
    """S214: the session stays the same, the tokens are new."""
    await sign_ins.hire("refreshing", "finance", password=PASSWORD)
    first = await signed_in(sign_ins, "refreshing")
    answer = await sign_ins.refresh(first["refresh_token"])
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    second = answer.json()
    assert second["refresh_token"] != first["refresh_token"]
    found = []
    for tokens in (first, second):
        async with sign_ins.bearer(tokens) as client:
            found.append((await client.get("/v1/auth/me")).json()["session_id"])
    assert found[0] == found[1] is not None


async def test_a_refresh_token_that_comes_again_ends_the_session(sign_ins: SignIns) -> None:
    """RFC 9700, 4.14.2: somebody else has it, so neither goes on; other sessions do."""
    await sign_ins.hire("robbed", "finance", password=PASSWORD)
    other = await signed_in(sign_ins, "robbed")
    first = await signed_in(sign_ins, "robbed")
    second = (await sign_ins.refresh(first["refresh_token"])).json()
    again = await sign_ins.refresh(first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await sign_ins.refresh(second["refresh_token"])).status_code == 400
    sign_ins.under_test.app.state.context.tokens.forget()
    assert [await works(sign_ins, each) for each in (first, second, other)] == [False, False, True]
    (ended,) = [
        event["data"]
        for event in await sign_ins.under_test.published("crm.customer.session.ended.v1")
        if event["data"]["void_until"] and await _is_of(sign_ins, event["data"], "robbed")
    ]
    assert ended["status"] == "ended"


async def _is_of(sign_ins: SignIns, data: dict[str, Any], login: str) -> bool:
    query = sa.text("SELECT login FROM staff WHERE id = :id")
    async with sign_ins.under_test.db.reading() as conn:
        return bool(await conn.scalar(query, {"id": data["subject_id"]}) == login)


async def test_of_two_refreshes_at_once_one_is_the_second(sign_ins: SignIns) -> None:
    """Over two processes: no token is used twice unseen."""
    await sign_ins.hire("twice", "finance", password=PASSWORD)
    other = create_app(
        sign_ins.settings, sign_ins.under_test.service.create_database(sign_ins.settings)
    )
    elsewhere = SignIns(
        type(sign_ins.under_test)(sign_ins.under_test.service, other, sign_ins.under_test.db, ""),
        sign_ins.settings,
    )
    for _ in range(5):
        token = (await signed_in(sign_ins, "twice"))["refresh_token"]
        answers = await asyncio.gather(sign_ins.refresh(token), elsewhere.refresh(token))
        assert sorted(each.status_code for each in answers) == [200, 400]
        (good,) = [each.json() for each in answers if each.status_code == 200]
        assert (await sign_ins.refresh(good["refresh_token"])).status_code == 400
    await other.state.context.db.close()


async def test_only_the_program_that_signed_in_goes_on(sign_ins: SignIns) -> None:
    """RFC 6749, section 6: a refresh token is bound to its client."""
    await sign_ins.hire("bound", "finance", password=PASSWORD)
    tokens = await signed_in(sign_ins, "bound", client_id="front-end")
    assert (await sign_ins.refresh(tokens["refresh_token"])).status_code == 400
    assert (await sign_ins.refresh(tokens["refresh_token"], "front-end")).status_code == 200


async def test_what_is_stored_cannot_be_used(sign_ins: SignIns) -> None:
    """Only digests are in the database."""
    await sign_ins.hire("stored", "finance", password=PASSWORD)
    token = (await signed_in(sign_ins, "stored"))["refresh_token"]
    async with sign_ins.under_test.db.reading() as conn:
        rows = (await conn.execute(sa.text("SELECT t::text FROM refresh_token t"))).scalars().all()
    digest = hashlib.sha256(token.encode()).hexdigest()
    assert any(digest in row for row in rows)
    assert not any(token in row or token[8:] in row for row in rows)


async def test_signing_out_ends_this_session_and_no_other(sign_ins: SignIns) -> None:
    """S214: on this device, at once; on the others nothing happens."""
    await sign_ins.hire("leaving", "finance", password=PASSWORD)
    here, there = await signed_in(sign_ins, "leaving"), await signed_in(sign_ins, "leaving")
    async with sign_ins.bearer(here) as client:
        assert (await client.post("/v1/auth/sign-out")).json() == {"signed_out": True}
        assert (await client.post("/v1/auth/sign-out")).status_code == 401
    assert [await works(sign_ins, each) for each in (here, there)] == [False, True]
    assert (await sign_ins.refresh(here["refresh_token"])).status_code == 400
    assert (await sign_ins.refresh(there["refresh_token"])).status_code == 200


async def test_another_process_notices_the_end_of_a_session(sign_ins: SignIns) -> None:
    """It asks the database once a second."""
    await sign_ins.hire("noticing", "finance", password=PASSWORD)
    tokens = await signed_in(sign_ins, "noticing")
    other = create_app(sign_ins.settings, sign_ins.under_test.db).state.context.tokens
    assert (await other.verify(tokens["access_token"])).name == "noticing"
    async with sign_ins.bearer(tokens) as client:
        await client.post("/v1/auth/sign-out")
    await asyncio.sleep(1.05)
    with pytest.raises(Exception, match="void"):
        await other.verify(tokens["access_token"])


async def test_revocation_follows_rfc_7009(sign_ins: SignIns) -> None:
    """A refresh token ends its session; an unknown one is answered alike."""
    await sign_ins.hire("revoking", "finance", password=PASSWORD)
    tokens = await signed_in(sign_ins, "revoking")
    async with sign_ins.under_test.anonymous() as client:

        async def revoke(**form: str) -> tuple[int, str]:
            answer = await client.post("/v1/auth/revoke", data=form)
            return answer.status_code, answer.text

        known = await revoke(token=tokens["refresh_token"], token_type_hint="refresh_token")
        assert known == await revoke(token="kehu_rt_unknown") == (200, '{"signed_out":true}')
        assert (await revoke())[0] == 400
        access = (await signed_in(sign_ins, "revoking"))["access_token"]
        assert await revoke(token=access, token_type_hint="access_token") == known
        assert not await works(sign_ins, {"access_token": access})
        assert await revoke(token=access) == await revoke(token="e30.e30.x") == known
    assert not await works(sign_ins, tokens)


async def test_everybody_sees_where_they_are_signed_in(sign_ins: SignIns) -> None:
    """S214: with which program, from where and when last; and ends any of it."""
    await sign_ins.hire("looking", "finance", password=PASSWORD)
    await sign_ins.hire("somebody.else", "finance", password=PASSWORD)
    phone = await signed_in(sign_ins, "looking", client_id="phone", address="10.9.0.7")
    desk = await signed_in(sign_ins, "looking", client_id="desk")
    async with sign_ins.bearer(desk) as client:
        listed = (await client.get("/v1/auth/sessions")).json()["items"]
        assert [each["client_id"] for each in listed] == ["desk", "phone"]
        assert [each["current"] for each in listed] == [True, False]
        assert (listed[1]["network"], listed[1]["device"]) == ("10.9.0.7", "program")
        page = (await client.get("/v1/auth/sessions", params={"page_size": 1})).json()
        assert (len(page["items"]), page["next_page_token"] is not None) == (1, True)
        path = f"/v1/auth/sessions/{listed[1]['id']}/end"
        async with await sign_ins.client("somebody.else", PASSWORD) as stranger:
            assert (await stranger.post(path)).status_code == 404
            assert len((await stranger.get("/v1/auth/sessions")).json()["items"]) == 1
        missing = await client.post(f"/v1/auth/sessions/{uuid4()}/end")
        assert missing.status_code == 404
        assert (await client.post(path)).status_code == 200
        assert (await client.post(path)).status_code == 200
        left = (await client.get("/v1/auth/sessions")).json()["items"]
        assert [each["client_id"] for each in left] == ["desk"]
    assert [await works(sign_ins, each) for each in (phone, desk)] == [False, True]


async def test_new_roles_leave_the_session_as_it_is(sign_ins: SignIns) -> None:
    """S214: the access token is void, and the next one has the new roles."""
    hired = await sign_ins.hire("promoted", "account_manager", password=PASSWORD)
    tokens = await signed_in(sign_ins, "promoted")
    async with await sign_ins.administrator() as administrator:
        await administrator.patch(
            f"/v1/staff/{hired['id']}",
            json={"roles": ["sales_manager"]},
            headers={"If-Match": '"v1"'},
        )
    assert not await works(sign_ins, tokens)
    after = (await sign_ins.refresh(tokens["refresh_token"])).json()
    async with sign_ins.bearer(after) as client:
        assert (await client.get("/v1/auth/me")).json()["roles"] == ["sales_manager"]


async def test_who_leaves_goes_on_nowhere(sign_ins: SignIns) -> None:
    """S04."""
    hired = await sign_ins.hire("quitting", "finance", password=PASSWORD)
    tokens = await signed_in(sign_ins, "quitting")
    async with await sign_ins.administrator() as administrator:
        path = f"/v1/staff/{hired['id']}/leave"
        await administrator.post(path, json={}, headers={"If-Match": '"v1"'})
    assert (await sign_ins.refresh(tokens["refresh_token"])).status_code == 400


async def test_a_session_that_rests_too_long_is_over(sign_ins: SignIns) -> None:
    """The idle time and the longest one are settings; the access token never outlives them."""
    await sign_ins.hire("resting", "finance", password=PASSWORD)
    tokens = await signed_in(sign_ins, "resting")
    statement = sa.text(
        "UPDATE session SET expires_at = now() - interval '1 second' WHERE subject_id ="
        " (SELECT id FROM staff WHERE login = 'resting')"
    )
    async with sign_ins.under_test.db.pool.transaction() as conn:
        await conn.execute(statement)
    assert (await sign_ins.refresh(tokens["refresh_token"])).status_code == 400
    async with sign_ins.bearer(tokens) as client:
        assert (await client.get("/v1/auth/sessions")).json()["items"] == []
    db = sign_ins.under_test.db
    await clean_up(db, ImportRunner(db, [CUSTOMERS]), sign_ins.settings)
    async with db.reading() as conn:
        query = sa.text(
            "SELECT count(*) FROM refresh_token JOIN session ON session.id = session_id"
            " WHERE session.expires_at < now() OR session.status = 'ended'"
        )
        assert await conn.scalar(query) == 0


def test_refreshing_moves_the_end_up_to_the_latest() -> None:
    """Idle an hour, at most two; an access token of ten minutes."""
    lasting = Lifetimes(timedelta(hours=2), timedelta(hours=1), timedelta(minutes=10))
    at = now()
    session, _ = Session.open(new_id(), "kehu", device=None, network="x", lasting=lasting, at=at)
    assert session.expires_at == at + timedelta(hours=1)
    session.use(device=None, network="y", lasting=lasting, at=at + timedelta(minutes=90))
    assert session.expires_at == session.latest_at == at + timedelta(hours=2)
    assert session.goes_on(at + timedelta(minutes=119))
    assert not session.goes_on(at + timedelta(hours=2))
