"""``kehu up`` and the commands beside it, as processes, the way a user starts them."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from shared.bus.port import Message
from shared.bus.postgres import PostgresBus
from shared.domain.ids import new_id
from shared.events.catalogue import all_events, inbound_events
from shared.events.envelope import Envelope
from shared.events.staff import StaffHired
from shared.service import NAMES
from tests.support.bus import kill_family
from tests.support.examples import example
from tests.support.running import Running, dsn, run, running, token

EVENTS = [*all_events(), *inbound_events()]


@pytest.fixture(scope="module")
def system(data: Path) -> Iterator[Running]:
    """A running system; the tests of the module leave it running."""
    with running("up", "--port", "0", data=data) as process:
        process.address()
        yield process


@pytest.fixture(scope="module")
def client(system: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.address(), timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def administrator(system: Running) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {token(system.address(), system.sign_in)}"}
    with httpx.Client(base_url=system.address(), headers=headers, timeout=30) as client:
        yield client


def test_it_says_where_it_is_and_how_to_sign_in(system: Running) -> None:
    assert re.search(r"^PostgreSQL 1[5-9]", system.said, re.M)
    assert re.search(r"^Kehu .* ready in [0-9.]+ s at http://127\.0\.0\.1:\d+$", system.said, re.M)
    assert all(system.sign_in)


def test_the_portal_shows_every_service_and_every_event(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for name in NAMES:
        for link in (f"/docs/{name}", f"/redoc/{name}", f"/openapi/{name}.json"):
            assert f'href="{link}"' in page.text
            assert client.get(link).status_code == 200
    for event in EVENTS:
        assert f'id="{event.event_type}"' in page.text


def test_the_asyncapi_document_is_served_and_readable(client: httpx.Client) -> None:
    whole = client.get("/asyncapi.json").json()
    topics = {each["address"] for each in whole["channels"].values()}
    assert topics == {event.topic for event in EVENTS}
    page = client.get("/asyncapi").text
    for topic in topics:
        assert f'id="{topic}"' in page
    for name in NAMES:
        assert f'href="/asyncapi/{name}.json"' in page
        assert client.get(f"/asyncapi/{name}.json").json()["asyncapi"] == whole["asyncapi"]
    assert client.get("/asyncapi/nobody.json").status_code == 404


def test_every_event_has_its_schema_where_its_envelope_says(client: httpx.Client) -> None:
    items = client.get("/v1/events").json()["items"]
    assert {each["type"] for each in items} == {each.event_type for each in EVENTS}
    for each in items:
        schema = client.get(each["dataschema"])
        assert schema.headers["content-type"] == "application/schema+json"
        assert schema.json()["$id"] == each["dataschema"] == f"/v1/events/{each['type']}"
    assert client.get("/v1/events/crm.nobody.knows.this.v1").status_code == 404


def test_no_page_needs_the_internet(client: httpx.Client) -> None:
    pages = ["/", "/asyncapi", *(f"/{kind}/{name}" for kind in ("docs", "redoc") for name in NAMES)]
    for page in pages:
        html = client.get(page).text
        loaded = re.findall(r'(?:src|href)="([^"]+)"', html)
        assert [each for each in loaded if each.startswith(("http", "//"))] == [], page
        for asset in (each for each in loaded if re.search(r"\.(js|css|png|svg)$", each)):
            assert client.get(asset).status_code == 200, asset


def test_health_and_metrics_answer_for_the_whole_process(client: httpx.Client) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert "crm_request_seconds" in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/nothing", "/internal", "/v1//orders"])
def test_what_nobody_answers_is_a_problem_document(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_one_sign_in_is_good_for_every_service(administrator: httpx.Client) -> None:
    for name in NAMES:
        answer = administrator.get(f"/internal/{name}/invariants")
        assert answer.status_code == 200, answer.text
        assert answer.json()["violations"] == []


def test_a_second_instance_on_the_same_data_is_told_so(system: Running, data: Path) -> None:
    second = run("up", "--port", "0", data=data)
    assert second.returncode == 1
    assert f"Kehu runs on {data} already: {system.address()}, process " in second.stderr
    assert "Traceback" not in second.stderr


def test_all_about_a_person_is_written_out_of_all_services(
    administrator: httpx.Client, data: Path
) -> None:
    """GDPR Art. 15, PIPL 45: by the command line, as by each service over HTTP."""
    body = {"login": "cli.person", "name": "命令行甲", "roles": ["finance"]}
    person = administrator.post("/v1/staff", json=body).json()
    request = {"subject_type": "staff", "subject_id": person["id"], "reason": "本人请求"}
    for name in NAMES:
        answer = administrator.post(f"/v1/personal-data/{name}/export", json=request)
        assert answer.json()["service"] == name
    done = run("personal-data", "export", "staff", person["id"], "--reason", "again", data=data)
    assert done.returncode == 0, done.stderr
    written = json.loads(done.stdout)["services"]
    assert set(written) == set(NAMES)
    assert written["customer"]["staff"][0]["name"] == "命令行甲"
    assert [each["reason"] for each in written["order"]["subject_request"]] == ["本人请求"]


def test_the_log_forgets_who_was_erased(
    administrator: httpx.Client, system: Running, data: Path
) -> None:
    """Invariant 40: the events, the log of the bus, the audit; while all runs. Nothing built anew
    differs, and the promises hold."""
    body = {"login": "goose.five", "name": "白鹭五", "roles": ["finance"], "position": "白鹭出纳"}
    person = administrator.post("/v1/staff", json=body).json()
    path = f"/v1/staff/{person['id']}/leave"
    left = administrator.post(path, json={}, headers={"If-Match": '"v1"'})
    assert left.status_code == 200, left.text
    erased = administrator.post(
        "/v1/personal-data/customer/erase",
        json={"subject_type": "staff", "subject_id": person["id"], "reason": "本人请求"},
        headers={"If-Match": '"v2"'},
    )
    assert erased.status_code == 200, erased.text
    _drained(administrator)
    assert asyncio.run(_in_the_log(data, "白鹭五")) > 0
    done = run("personal-data", "erase-log", data=data)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^events: [1-9]", done.stdout, re.M)
    assert re.search(r"^records of the bus: [1-9]", done.stdout, re.M)
    assert asyncio.run(_in_the_log(data, "白鹭五")) == 0
    assert asyncio.run(_in_the_log(data, "白鹭出纳")) == 0
    again = run("personal-data", "erase-log", data=data)
    assert set(re.findall(r": ([0-9,]+) changed", again.stdout)) == {"0"}
    replayed = run("replay", "analytics", "--compare", data=data)
    assert "0 rows differ" in replayed.stdout, replayed.stdout + replayed.stderr


def _drained(administrator: httpx.Client) -> None:
    """Wait until the event of the erasure has been told."""
    for _ in range(100):
        answer = administrator.get("/internal/customer/invariants").json()
        if answer["violations"] == []:
            time.sleep(1)
            return
        time.sleep(0.1)
    raise AssertionError(answer)


async def _in_the_log(data: Path, word: str) -> int:
    """How many records of the bus, and events, have a word."""
    bus = await asyncpg.connect(dsn(data, "kehu_bus"))
    found = await bus.fetchval(
        "SELECT count(*) FROM bus_record WHERE position(convert_to($1, 'UTF8') in value) > 0", word
    )
    await bus.close()
    service = await asyncpg.connect(dsn(data, "kehu_customer"))
    found += await service.fetchval(
        "SELECT count(*) FROM outbox WHERE strpos(payload::text, $1) > 0", word
    )
    await service.close()
    return int(found)


def test_check_finds_nothing_wrong(system: Running, data: Path) -> None:
    found = run("check", "--json", data=data)
    assert found.returncode == 0, found.stdout + found.stderr
    document = json.loads(found.stdout)
    assert document["services"] == {name: [] for name in NAMES}
    assert document["across"] == []
    assert document["events"]["recorded"] >= 1  # the first administrator was hired
    assert {each["parked"] for each in document["consumers"]} == {0}


def test_doctor_finds_everything_well(system: Running, data: Path) -> None:
    found = run("doctor", data=data)
    assert found.returncode == 0, found.stdout + found.stderr
    assert " ill " not in found.stdout
    for subject in ("Python", "bus", "token keys", *(f"{name} database" for name in NAMES)):
        assert re.search(rf"^{subject} +well ", found.stdout, re.M), found.stdout


def test_a_read_model_is_replayed_without_a_difference(system: Running, data: Path) -> None:
    found = run("replay", "analytics", data=data)
    assert found.returncode == 0, found.stderr
    assert "swapped in; 0 rows differ" in found.stdout
    unknown = run("replay", "horoscopes", data=data)
    assert unknown.returncode == 1
    assert "There is no read model 'horoscopes'; there are " in unknown.stderr


def test_nothing_is_parked(system: Running, data: Path) -> None:
    assert run("parked", "list", data=data).stdout == "Nothing is parked.\n"


def test_a_killed_postgresql_comes_back(system: Running, client: httpx.Client, data: Path) -> None:
    postmaster = int((data / "pgdata" / "postmaster.pid").read_text().splitlines()[0])
    kill_family(postmaster)
    deadline = time.monotonic() + 60
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, system.logged
        time.sleep(0.1)
    assert client.get("/livez").status_code == 200


def test_an_operator_mends_and_drops_events_on_the_command_line(
    system: Running, data: Path, tmp_path: Path
) -> None:
    """Two events came in without what they should carry; one is mended, the other given up."""
    mended, dropped = asyncio.run(publish_spoilt_events(data, 2))
    listing = ("parked", "list", "--consumer", "order.replicas", "--reason", "data")
    deadline = time.monotonic() + 60
    while not {str(mended), str(dropped)} <= set(
        (found := run(*listing, data=data).stdout).split()
    ):
        assert time.monotonic() < deadline, found + system.logged
    shown = run("parked", "show", "order.replicas", str(mended), data=data)
    assert "('staff_id',): Field required" in shown.stdout
    whole = tmp_path / "data.json"
    whole.write_text(example(StaffHired).model_dump_json())
    target = ("order.replicas", str(mended))
    assert run("parked", "mend", *target, "--file", str(whole), data=data).returncode == 0
    assert run("parked", "retry", *target, data=data).stdout == f"applied {mended}\n"
    target = ("order.replicas", str(dropped))
    again = run("parked", "retry", *target, data=data)
    assert (again.returncode, "failed again" in again.stderr) == (1, True)
    assert run("parked", "drop", *target, "--why", "a test", data=data).returncode == 0
    assert run(*listing, data=data).stdout == "Nothing is parked.\n"


async def publish_spoilt_events(data: Path, count: int) -> list[UUID]:
    """Events of the customer service without data, written to the log behind its back."""
    ids = [new_id() for _ in range(count)]
    bus = PostgresBus(dsn(data, "kehu_bus"))
    envelopes = [
        Envelope(
            id=each,
            type=StaffHired.event_type,
            source="/kehu/customer",
            aggregate_type="staff",
            aggregate_id=each,
            sequence=1,
            time=datetime.now(UTC),
            data="{}",
            actor_id=each,
            correlation_id=each,
        )
        for each in ids
    ]
    await bus.publish(
        [Message(each.topic, each.key, each.data.encode(), each.headers()) for each in envelopes]
    )
    await bus.close()
    return ids


def test_an_operator_rotates_and_revokes_keys_on_the_command_line(
    client: httpx.Client, data: Path
) -> None:
    """S214: without signing in; whoever verifies learns it from the key set."""

    def published() -> set[str]:
        return {each["kid"] for each in client.get("/v1/auth/jwks").json()["keys"]}

    def states(printed: str) -> list[str]:
        return [line.split()[1] for line in printed.splitlines()]

    def kids(printed: str) -> set[str]:
        return {line.split()[0] for line in printed.splitlines()}

    first = run("keys", "list", data=data)
    assert first.returncode == 0, first.stderr
    assert (states(first.stdout), kids(first.stdout)) == (["signs"], published())
    rotated = run("keys", "rotate", data=data)
    assert states(rotated.stdout) == ["next", "signs"], rotated.stderr
    assert kids(rotated.stdout) == published() > kids(first.stdout)
    again = run("keys", "rotate", data=data)
    assert again.returncode == 1
    assert again.stderr == "kehu: The next key is published; it signs within ten minutes.\n"
    revoked = run("keys", "revoke", data=data)
    assert states(revoked.stdout) == ["signs"], revoked.stderr
    assert kids(revoked.stdout) == published()
    assert published().isdisjoint(kids(rotated.stdout))
