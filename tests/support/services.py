"""A service under test: its application on a database of its own, with signed-in clients."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import jwt
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from shared.auth.scope import Known
from shared.db.invariants import violations
from shared.db.migrations import grant_runtime, upgrade
from shared.db.unit_of_work import Database
from shared.domain.ids import new_id
from shared.embedded import PostgresServer
from shared.host.databases import has_documents
from shared.service import Service, load
from tests.support.postgres import clone_database, create_database, drop_database

ISSUER = "kehu"
_key = Ed25519PrivateKey.generate()
#: Tests ask more, and more at once, than callers may; those of the limits set their own.
_NO_LIMITS = {
    "KEHU_RATE_PRINCIPAL": 0,
    "KEHU_RATE_PORTAL": 0,
    "KEHU_RATE_NETWORK": 0,
    "max_requests": 10_000,
    "KEHU_APPROVAL_LIMIT_SECONDS": 1,  # nobody waits a minute for a test
}
#: Of documents, for the time of the run.
_FILES = tempfile.TemporaryDirectory(prefix="kehu-documents-")
_RUNTIME_ROLE, _RUNTIME_PASSWORD = "kehu_test_runtime", "kehu"


async def token_keys() -> dict[str, Any]:
    """The key set that verifies the tokens of `token`."""
    public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(_key.public_key()))
    return {"keys": [public | {"kid": "test", "use": "sig", "alg": "EdDSA"}]}


def token(*roles: str, **claims: Any) -> str:
    """An access token for somebody with these roles."""
    issued = int(time.time())
    body = {
        "iss": ISSUER,
        "aud": "kehu",
        "iat": issued,
        "exp": issued + 3600,
        "sub": str(uuid4()),
        "jti": str(uuid4()),
        "client_id": "tests",
        "name": "测试员",
        "department": "销售一部",
        "branch": "上海",
        "roles": list(roles),
    }
    return jwt.encode(body | claims, _key, "EdDSA", headers={"kid": "test", "typ": "at+jwt"})


#: Where the signed-in people of tests work, unless a test says otherwise.
DEPARTMENT = "TESTS/EAST/SH/S1/"
_UNITS = (("TESTS/", "company"), ("TESTS/EAST/", "region"), (DEPARTMENT, "department"))


@dataclass
class ServiceUnderTest:
    """One launched service. ``owner_dsn`` belongs to the owner of its tables."""

    service: Service
    app: FastAPI
    db: Database
    owner_dsn: str
    people: dict[str, UUID] = field(default_factory=dict)
    places: dict[UUID, str] = field(default_factory=dict)

    def client(
        self, *roles: str, name: str = "", unit: str = DEPARTMENT, **claims: Any
    ) -> httpx.AsyncClient:
        """A client signed in as somebody with ``roles``; one name is always the same person, of one
        department with all others unless the path of another ``unit`` is given."""
        name = name or "/".join(roles)
        person = self.person(name, unit)
        bearer = token(*roles, **{"sub": str(person), "name": name, **claims})
        return self.anonymous({"Authorization": f"Bearer {bearer}"})

    def person(self, name: str, unit: str = DEPARTMENT) -> UUID:
        """Who signs in by this name, in the unit from now on."""
        person = self.people.setdefault(name, new_id())
        self.places[person] = unit
        self.app.state.context.scopes.forget()
        return person

    def anonymous(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """A client that is not signed in."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://kehu", headers=headers)

    async def published(self, event_type: str = "%") -> list[dict[str, Any]]:
        """The events in the outbox whose type is like ``event_type``, oldest first, as data."""
        query = sa.text(
            "SELECT type, aggregate_id, aggregate_version, payload::text AS data FROM outbox"
            " WHERE type LIKE :type ORDER BY seq"
        )
        async with self.db.reading() as conn:
            rows = (await conn.execute(query, {"type": event_type})).mappings().all()
        return [{**row, "data": json.loads(row["data"])} for row in rows]

    async def check(self) -> None:
        """Fail when an invariant of the service is violated."""
        async with self.db.reading() as conn:
            found = await violations(conn, self.service.promises)
        assert not found, found


async def launch(server: PostgresServer, name: str, **settings: Any) -> ServiceUnderTest:
    """Start a service on a fresh database, migrated by Alembic, as its runtime role. ``settings``
    are its own by name, and the common ones by their variable."""
    service = load(name)
    await asyncio.to_thread(_template, server, name)
    database = f"{name}_{new_id().hex[-12:]}"
    owner_dsn = await clone_database(server, f"template_{name}", database)
    runtime = server.dsn(database, _RUNTIME_ROLE, _RUNTIME_PASSWORD)
    if has_documents(service):
        settings = {"KEHU_DOCUMENTS": _FILES.name, **settings}
    given = service.settings(
        database_url=runtime, owner_database_url=owner_dsn, **{**_NO_LIMITS, **settings}
    )
    db = service.create_database(given)
    app = service.create_app(given, db=db, keys=token_keys)
    launched = ServiceUnderTest(service, app, db, owner_dsn)
    scopes = app.state.context.scopes
    scopes.read = partial(_with_people, scopes.read, launched.places)
    return launched


async def _with_people(read: Callable[[], Awaitable[Known]], places: dict[UUID, str]) -> Known:
    """The organisation by the service's own tables; in it are those who only hold a token, and
    whoever is in no unit is of the one department."""
    people, units, stand_ins = await read()
    placed = places | {each[0]: each[1] or DEPARTMENT for each in people}
    everybody = [(person, path, None, None) for person, path in placed.items()]
    return everybody, (*units, *_UNITS), stand_ins


async def stop(server: PostgresServer, launched: ServiceUnderTest) -> None:
    """Close and drop what `launch` made."""
    await launched.db.close()
    await drop_database(server, launched.owner_dsn.rpartition("/")[2])


@cache
def _template(server: PostgresServer, name: str) -> None:
    """Make the migrated database that the launches of one service are copies of; once a run."""
    asyncio.run(_make_template(server, name))


async def _make_template(server: PostgresServer, name: str) -> None:
    service = load(name)
    dsn = await create_database(server, f"template_{name}")
    await asyncio.to_thread(upgrade, service.migrations, dsn)
    await _ensure_role(dsn)
    await grant_runtime(dsn, service.metadata, _RUNTIME_ROLE)


async def _ensure_role(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", _RUNTIME_ROLE):
        await connection.execute(
            f"CREATE ROLE {_RUNTIME_ROLE} LOGIN PASSWORD '{_RUNTIME_PASSWORD}'"
        )
    await connection.close()
