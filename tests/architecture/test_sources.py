"""House rules about source files that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.sources import ROOT, SERVICES, SHARED, modules

MODULES = list(modules(SERVICES, SHARED))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60

#: Where money and quantities are computed: exact decimals only.
EXACT = [
    path
    for path in MODULES
    if path.name in ("model.py", "events.py")
    or path.parent in (SHARED / "domain", SHARED / "events")
]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_a_module_is_short_enough_to_read() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_a_function_fits_on_a_screen() -> None:
    long = {
        f"{name_of(path)} {node.name}": length
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_a_module_says_what_it_owns() -> None:
    silent = [path for path in MODULES if path.read_text() and not ast.get_docstring(tree(path))]
    assert silent == []


def test_amounts_are_never_floats() -> None:
    floating = {
        f"{name_of(path)}:{node.lineno}"
        for path in EXACT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Name) and node.id == "float"
    }
    assert floating == set()


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|NotImplemented)\b")
    assert [name_of(path) for path in MODULES if later.search(path.read_text())] == []


def test_only_the_relay_publishes() -> None:
    """Publishing in a request could lose an event, or publish what was never committed."""
    publishers = {
        name_of(path) for path in MODULES if re.search(r"bus\.publish\(", path.read_text())
    }
    assert publishers == {"shared/outbox/relay.py"}


def test_only_the_writer_inserts_into_the_outbox() -> None:
    writers = {
        name_of(path)
        for path in MODULES
        if re.search(r"INSERT INTO outbox|insert\(_?outbox\)", path.read_text())
    }
    assert writers == {"shared/outbox/writer.py"}
