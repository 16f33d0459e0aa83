"""The two servers of the bench, each one uvicorn worker in a process of its own.

python -m tests.bench.serving kehu SERVICE DSN PORT
python -m tests.bench.serving floor PICKLE DSN PORT
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import uvicorn

from shared.service import load
from tests.bench.floor import floor_app

#: The key set that verifies the bench's tokens, as JSON.
KEYS = "KEHU_BENCH_KEYS"
#: Requests are counted as ever; one client of the bench asks more than any other may.
_QUOTAS: Any = {"KEHU_RATE_PRINCIPAL": 10_000_000, "KEHU_RATE_NETWORK": 10_000_000}


async def _keys() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(os.environ[KEYS])
    return found


def main(kind: str, what: str, dsn: str, port: str) -> None:
    """Serve until killed."""
    if kind == "kehu":
        service = load(what)
        settings = service.settings(database_url=dsn, **_QUOTAS)
        app = service.create_app(settings, keys=_keys)
    else:
        app = floor_app(dsn, pickle.loads(Path(what).read_bytes()))
    config = uvicorn.Config(
        app, port=int(port), log_level="warning", access_log=False, loop="uvloop", http="httptools"
    )
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
