"""The audit chains of all services, verified from their first seals to their last."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.progress import Progress

from shared.audit.store import Head
from shared.audit.verifying import Verified, verify
from shared.db.unit_of_work import Database
from shared.host.errors import HostError
from shared.service import NAMES, Service

_HEAD = re.compile(r"(\w+):([1-9]\d{0,17}):([0-9a-f]{64})", re.ASCII)


def read_heads(texts: Iterable[str]) -> dict[str, Head]:
    """Read heads that somebody kept, ``order:1234:<hash>``.

    Raises:
        HostError: a text is none.
    """
    found = {}
    for text in texts:
        match = _HEAD.fullmatch(text)
        if match is None or match[1] not in NAMES:
            raise HostError(f"{text!r} is no head of an audit; give service:number:hash.")
        found[match[1]] = Head(int(match[2]), None, bytes.fromhex(match[3]))
    return found


async def verify_chains(
    services: Sequence[Service], dbs: Mapping[str, Database], kept: Mapping[str, Head]
) -> dict[str, Verified]:
    """Verify the chain of each service; on a terminal, say how far it is."""
    console = Console(stderr=True)
    found = {}
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        for service in services:
            task = progress.add_task(f"audit of {service.name}", total=None)

            def tell(done: int, total: int, task: object = task) -> None:
                progress.update(task, completed=done, total=total)  # type: ignore[arg-type]

            found[service.name] = await verify(
                dbs[service.name], kept=kept.get(service.name), progress=tell
            )
    return found
