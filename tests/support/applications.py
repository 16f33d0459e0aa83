"""The services' applications as they are composed, on databases nobody connects to."""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI

from shared.service import load

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@cache
def application(name: str) -> FastAPI:
    """The application of a service. Call it where a loop runs: a pool wants one."""
    service = load(name)
    settings = service.settings(database_url=NOWHERE)
    return service.create_app(settings, db=service.create_database(settings))
