"""How the demo tells what it does: numbered steps, refusals it wanted to see, and the events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeVar

from rich.console import Console

from shared.demo.company import Company
from shared.host.errors import HostError

T = TypeVar("T")
_PATIENCE_SECONDS = 30
_POLL_SECONDS = 0.05


class Stage:
    """Prints steps; after each it waits until the customer's timeline shows the step's events."""

    def __init__(self, company: Company, console: Console) -> None:
        self.company = company
        self.console = console
        self.customer_id: str | None = None
        self._steps = 0
        self._told: set[str] = set()

    async def step(self, who: str, what: str, document: str = "", *events: str) -> None:
        """Tell one step, the document it concerns, and the events that follow from it."""
        self._steps += 1
        number = f"  [bold]{document}[/bold]" if document else ""
        self.console.print(f"[dim]{self._steps:3}.[/dim] {who}: {what}{number}", highlight=False)
        for event in await self._new_events(events) if events else ():
            self.console.print(f"       [green]→ {event}[/green]", highlight=False)

    async def step_of_approval(self, who: str, what: str, approval: dict[str, Any]) -> None:
        """Tell one step, and the event of the approval that goes with it: the timeline of the
        customer leaves those out, so it is read in the audit."""
        await self.step(who, what, approval["label"])

        async def look() -> str | None:
            path = "/v1/audit/opportunity"
            found = await self.company.get("zhaolei", path, object_id=approval["id"])
            types = {each["object"]["version"]: each["event"]["type"] for each in found["items"]}
            return types.get(approval["version"])

        event = await eventually(look, "the audit of the approval")
        kind = ".".join(event.split(".")[2:4])
        self.console.print(f"       [green]→ {kind}[/green]", highlight=False)

    def refused(self, who: str, what: str, error: HostError) -> None:
        """Tell a refusal that was wanted."""
        self._steps += 1
        self.console.print(f"[dim]{self._steps:3}.[/dim] {who}: {what}", highlight=False)
        self.console.print(f"       [red]✗ {error}[/red]", highlight=False)

    async def _new_events(self, wanted: tuple[str, ...]) -> list[str]:
        async def look() -> list[dict[str, Any]] | None:
            path = f"/v1/customers/{self.customer_id}/timeline"
            found = await self.company.get("liqiang", path, page_size=200)
            fresh = [
                each for each in reversed(found["items"]) if each["event_id"] not in self._told
            ]
            kinds = " ".join(each["kind"] for each in fresh)
            return fresh if all(each in kinds for each in wanted) else None

        fresh = await eventually(look, f"the events {', '.join(wanted)}")
        self._told |= {each["event_id"] for each in fresh}
        return [_line(each) for each in fresh]


async def eventually(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Look until there is something; events travel in milliseconds.

    Raises:
        HostError: nothing came within half a minute.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (found := await look()) is None:
        if time.monotonic() > deadline:
            raise HostError(f"The demo waited {_PATIENCE_SECONDS} s in vain for {what}.")
        await asyncio.sleep(_POLL_SECONDS)
    return found


def _line(entry: dict[str, Any]) -> str:
    return f"{entry['kind']}  {entry['title']['zh']}  {entry['number'] or ''}".rstrip()


def money(value: dict[str, Any] | None) -> str:
    """Write an amount as people do."""
    return "–" if value is None else f"{value['currency']} {Decimal(value['amount']):,.2f}"
