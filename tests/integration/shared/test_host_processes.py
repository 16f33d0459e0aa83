"""One service's API and worker as processes of their own: figures, stops, a log that is wiped."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml  # type: ignore[import-untyped]

from tests.support.running import ROOT, Running, dsn, run, running, token

OFTEN = {"KEHU_CUSTOMER_INVARIANT_SECONDS": "0.5"}
PATIENCE = 60


@dataclass(frozen=True)
class Company:
    """A data folder with a migrated system, its worker, and how to sign in."""

    data: Path
    worker: Running
    sign_in: tuple[str, str]


@pytest.fixture(scope="module")
def company(data: Path) -> Iterator[Company]:
    migrated = run("migrate", data=data)
    found = re.search(r"First sign-in: (\S+) / (\S+)", migrated.stdout)
    assert found, migrated.stdout + migrated.stderr
    with running("work", "customer", "--port", "0", data=data, env=OFTEN) as worker:
        worker.address()
        yield Company(data, worker, (found[1], found[2]))


@pytest.fixture
def api(company: Company) -> Iterator[Running]:
    """An API process of a test's own, which tells nobody for a while that it will stop."""
    hasty = {"KEHU_CUSTOMER_DRAIN_SECONDS": "0"}
    with running("serve", "customer", "--port", "0", data=company.data, env=hasty) as process:
        process.address()
        yield process


@pytest.fixture
def patient_api(company: Company) -> Iterator[Running]:
    """One that does."""
    with running("serve", "customer", "--port", "0", data=company.data) as process:
        process.address()
        yield process


def eventually(look: Any, what: str) -> Any:
    """Look until there is something to see."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


def headers(api: Running, company: Company) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(api.address(), company.sign_in)}"}


def fetched(data: Path, database: str, query: str) -> list[Any]:
    async def fetch() -> list[Any]:
        session = await asyncpg.connect(dsn(data, database))
        try:
            return list(await session.fetch(query))
        finally:
            await session.close()

    return asyncio.run(fetch())


class SlowRequest(threading.Thread):
    """Enters a customer, and takes its time: the second half of the body waits for a word."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self.url, self.headers = url, headers
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.answer: httpx.Response | None = None

    def _body(self) -> Iterator[bytes]:
        yield '{"name": "慢慢来'.encode()
        self.begun.set()
        self.go_on.wait(PATIENCE)
        yield '有限公司"}'.encode()

    def run(self) -> None:
        sent = {**self.headers, "Content-Type": "application/json"}
        self.answer = httpx.post(
            f"{self.url}/v1/customers", content=self._body(), headers=sent, timeout=PATIENCE
        )


def test_a_process_that_is_told_to_stop_finishes_what_it_began(
    patient_api: Running, company: Company
) -> None:
    """SIGTERM: not ready at once, then no new connections, the request in flight answered, exit
    with 0."""
    url = patient_api.address()
    slow = SlowRequest(url, headers(patient_api, company))
    slow.start()
    assert slow.begun.wait(PATIENCE)
    assert httpx.get(f"{url}/startupz").json() == {"status": "started"}
    assert httpx.get(f"{url}/readyz").status_code == 200
    patient_api.process.terminate()
    draining = eventually(lambda: unready(url), "the process to say that it is draining")
    assert (draining.status_code, draining.json()["reason"]) == (503, "draining")
    assert httpx.get(f"{url}/livez").status_code == 200
    eventually(lambda: refuses(url), "the process to accept no more")
    assert slow.is_alive()
    slow.go_on.set()
    slow.join(PATIENCE)
    assert slow.answer is not None
    assert slow.answer.status_code == 201, slow.answer.text
    assert patient_api.process.wait(25) == 0
    known = fetched(company.data, "kehu_customer", "SELECT name FROM customer")
    assert "慢慢来有限公司" in {row[0] for row in known}


def unready(url: str) -> httpx.Response | None:
    answer = httpx.get(f"{url}/readyz")
    return None if answer.is_success else answer


def refuses(url: str) -> bool:
    try:
        httpx.get(f"{url}/livez")
    except httpx.TransportError:
        return True
    return False


def test_a_worker_that_is_told_to_stop_leaves_nothing_half_done(
    api: Running, company: Company
) -> None:
    """In the midst of events: what it applied is committed, and another goes on there."""
    with httpx.Client(base_url=api.address(), headers=headers(api, company)) as client:
        for number in range(40):
            answer = client.post("/v1/customers", json={"name": f"忙碌公司{number}"})
            assert answer.status_code == 201, answer.text
    with running("work", "customer", "--port", "0", data=company.data) as second:
        second.address()
        assert second.stop(25) == 0
        assert "worker stopped" in second.logged
        assert "broken off" not in second.logged
    until_all_is_applied(company.data)
    assert checked(company.data)["across"] == []


def until_all_is_applied(data: Path) -> None:
    """Every event of the customer service is in its own timeline's inbox."""
    recorded = "SELECT count(*) FROM outbox AS o WHERE topic LIKE 'crm.customer.%' AND NOT EXISTS"
    missing = f"{recorded} (SELECT FROM inbox AS i WHERE i.event_id = o.event_id)"
    subscribed = " AND topic IN (SELECT topic FROM consumer_position)"
    eventually(
        lambda: fetched(data, "kehu_customer", missing + subscribed)[0][0] == 0,
        "all events to be applied",
    )


def checked(data: Path) -> dict[str, Any]:
    found = run("check", "--json", data=data)
    document: dict[str, Any] = json.loads(found.stdout)
    assert found.returncode == 0, found.stdout + found.stderr
    return document


def test_a_wiped_log_is_filled_again_by_one_command(api: Running, company: Company) -> None:
    """F5, log gone, while API and worker run: 0 lost, 0 duplicate effects, kehu check clean."""
    with httpx.Client(base_url=api.address(), headers=headers(api, company)) as client:
        for number in range(20):
            client.post("/v1/customers", json={"name": f"丢不了公司{number}"})
        until_all_is_applied(company.data)
        tables = "bus_record, bus_partition, bus_position"
        fetched(company.data, "kehu_bus", f"DROP TABLE {tables}")
        for number in range(20, 30):
            answer = client.post("/v1/customers", json={"name": f"丢不了公司{number}"})
            assert answer.status_code == 201, "the API needs no bus"
        done = run("republish", "--from", "beginning", data=company.data)
        assert done.returncode == 0, done.stderr
        assert re.search(r"^customer: \d+ events will be published again$", done.stdout, re.M)
    eventually(lambda: customer_is_behind(company.data) == 0, "the consumer to be at the end")
    document = checked(company.data)
    assert document["events"]["in_log"] == document["events"]["recorded"]
    entries = "SELECT count(*), count(DISTINCT event_id) FROM timeline.entry"
    ((entered, distinct),) = fetched(company.data, "kehu_customer", entries)
    assert entered == distinct
    replayed = run("replay", "customer.timeline", data=company.data)
    assert "swapped in; 0 rows differ" in replayed.stdout, replayed.stderr


def customer_is_behind(data: Path) -> int:
    """How many records the timeline has before it; -1 as long as not all are in the log."""
    document = checked(data)
    if document["events"]["published"] < document["events"]["recorded"]:
        return -1
    return sum(each["behind"] for each in document["consumers"] if "timeline" in each["name"])


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-21T08:00"])
def test_a_time_that_could_be_another_is_refused(company: Company, moment: str) -> None:
    refused = run("republish", "--from", moment, data=company.data)
    assert refused.returncode == 1
    assert "a time with its zone" in refused.stderr


# -- what the dashboard and the alerts need ------------------------------------------------------


def samples(process: Running) -> str:
    return httpx.get(f"{process.address()}/metrics").text


def scraped(*processes: Running) -> dict[str, set[str]]:
    """The names of all samples of some processes, each with the labels it carries."""
    found: dict[str, set[str]] = {}
    for line in "".join(map(samples, processes)).splitlines():
        if declared := re.match(r"# TYPE (\w+) \w+", line):
            found.setdefault(declared[1], set())
        elif sample := re.match(r"(\w+)(?:\{(.*)\})? ", line):
            labels = re.findall(r'(\w+)="', sample[2] or "")
            found.setdefault(sample[1], set()).update(labels)
    return found


def expressions() -> dict[str, str]:
    """Every expression that the dashboard and the alerts ask Prometheus, by where it stands."""
    found: dict[str, str] = {}
    for path in (ROOT / "deploy/grafana").glob("*.json"):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", ()):
                found[f"{path.name}: {panel['title']}"] = target["expr"]
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            found[f"alerts.yaml: {rule['alert']}"] = rule["expr"]
    return found


def asked(expression: str) -> dict[str, set[str]]:
    """The metrics an expression names, with the labels it wants of them."""
    names = set(re.findall(r"\bcrm_\w+", expression))
    grouped = re.findall(r"by \(([^)]*)\)", expression)
    labels = {label.strip() for group in grouped for label in group.split(",")}
    labels |= set(re.findall(r"(\w+)(?:=|!=|=~|!~)\"", expression))
    return {name: labels - {"le"} for name in names}


def test_dashboard_and_alerts_ask_for_what_is_measured(api: Running, company: Company) -> None:
    """Every metric they name comes from a running system, with every label they group by."""
    with httpx.Client(base_url=api.address(), headers=headers(api, company)) as client:
        client.get("/v1/customers")

    def complete() -> dict[str, set[str]] | None:
        found = scraped(company.worker, api)
        return found if found.get("crm_invariants_checked_seconds") else None

    measured = eventually(complete, "the promises to be looked at")
    wanted = expressions()
    assert len(wanted) >= 20
    for where, expression in wanted.items():
        assert asked(expression), f"{where} asks for no metric of ours"
        for name, labels in asked(expression).items():
            assert name in measured, f"{where}: nobody measures {name}"
            missing = labels - measured[name] if measured[name] else set()
            assert not missing, f"{where}: {name} has no label {missing}"


def test_the_figures_that_operators_go_by_are_there(api: Running, company: Company) -> None:
    """Also when they are 0: a gauge that is missing looks like one that is well."""
    eventually(lambda: "crm_invariants_checked_seconds{" in samples(company.worker), "a look")
    eventually(lambda: "crm_consumer_lag{" in samples(company.worker), "a look at consumers")
    found = samples(company.worker)
    for expected in (
        r'crm_outbox_unpublished\{service="customer"\} \d',
        r'crm_outbox_oldest_seconds\{service="customer"\} \d',
        r'crm_consumer_lag\{consumer="customer.timeline",topic="crm.order.order"\} \d',
        r'crm_parked_events\{consumer="customer.timeline",reason="failed"\} 0.0',
        r'crm_invariant_violations\{invariant="events.1 customer",service="customer"\} 0.0',
    ):
        assert re.search(expected, found), expected
    httpx.get(f"{api.address()}/v1/customers")
    requests = r'crm_request_seconds_count\{method="GET",route="/v1/customers",service="customer",'
    assert re.search(requests + r'status="401"\} 1.0', samples(api))
    httpx.request("BREW", f"{api.address()}/v1/customers")
    assert 'method="BREW"' not in samples(api)
