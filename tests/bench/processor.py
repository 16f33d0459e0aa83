"""Processor time: who used how much of it while a rate was measured.

User and system time as the kernel counts it, of our own processes, of the broker, and of each
process of PostgreSQL by the name its session gave itself.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

_TICK = os.sysconf("SC_CLK_TCK")
_SESSIONS = """
SELECT pid, CASE WHEN backend_type <> 'client backend' THEN 'background'
                 ELSE split_part(datname, '_', 1) || ' ' || application_name END
FROM pg_stat_activity WHERE pid <> pg_backend_pid()
"""


@dataclass
class Processor:
    """Counts from ``start`` to ``stop``. ``processes`` are ours, by what they are called."""

    dsn: str
    processes: dict[str, int]
    _before: dict[int, float] = field(default_factory=dict)

    async def start(self) -> None:
        """Begin to count."""
        self._before = {pid: seconds_of(pid) for pid in await self._named()}

    async def stop(self) -> dict[str, float]:
        """Return the seconds each used since."""
        used: dict[str, float] = defaultdict(float)
        for pid, name in (await self._named()).items():
            used[name] += seconds_of(pid) - self._before.get(pid, 0.0)
        return used

    def print(self, console: Console, title: str, events: int, used: dict[str, float]) -> None:
        """Show what was used, of each who used a hundredth of it."""
        total = sum(used.values())
        table = Table(title=f"{title}: {total:.2f} s of processor time")
        for name in ("of", "seconds", "µs an event"):
            table.add_column(name, justify="left" if name == "of" else "right")
        for name, seconds in sorted(used.items(), key=lambda item: -item[1]):
            if seconds > total / 100:
                table.add_row(name, f"{seconds:.2f}", f"{seconds / events * 1e6:.0f}")
        console.print(table)

    async def _named(self) -> dict[int, str]:
        conn = await asyncpg.connect(self.dsn)
        try:
            sessions = {row[0]: f"PostgreSQL: {row[1]}" for row in await conn.fetch(_SESSIONS)}
        finally:
            await conn.close()
        return sessions | {pid: name for name, pid in self.processes.items()}


def seconds_of(pid: int) -> float:
    """Return the user and system time of a process with all its threads; 0.0 if it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return 0.0
    parts = text.rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / _TICK
