"""The source files that the rules are about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
SHARED = ROOT / "shared"


def modules(*folders: Path) -> Iterator[Path]:
    """Every Python module below the folders; migrations are generated and left out."""
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if "versions" not in path.parts:
                yield path
