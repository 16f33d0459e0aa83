"""What the code says to people who are refused: the titles of refusals and their sentences, as they
stand in the source; ``{}`` is where a value goes."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from shared.domain.errors import DomainError
from shared.http import problems
from tests.architecture.sources import ROOT, SERVICES, SHARED, modules

#: Where a sentence stands among the arguments: of our own errors' makers, and of others.
_MAKERS = {"field": 1, "after": 1}
_OTHERS = {"FieldError": 2, "PydanticCustomError": 1, "HTTPException": 1, "MalformedJson": 0}
#: A process on its own, not an answer.
_NOT_HTTP = {"host", "embedded", "demo", "bus"}


def refusals() -> set[type[DomainError]]:
    """Every class of refusal there is."""
    for path in _sources():
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return _below(DomainError)


@cache
def titles() -> dict[str, str]:
    """Every title, and where it is from."""
    found = {each.title: f"{each.__module__}.{each.__name__}" for each in refusals()}
    return found | dict.fromkeys(problems.TITLES, problems.__name__)


@cache
def sentences() -> dict[str, str]:
    """Every sentence, and where it stands."""
    names = {each.__name__ for each in refusals()}
    found = dict.fromkeys(problems.DETAILS, problems.__name__)
    for path in _sources():
        for sentence, line in _sentences(ast.parse(path.read_text()), names):
            found.setdefault(sentence, f"{path.relative_to(ROOT)}:{line}")
    return found


def _sources() -> list[Path]:
    shared = (
        each for each in modules(SHARED) if each.relative_to(SHARED).parts[0] not in _NOT_HTTP
    )
    both = (*shared, *modules(SERVICES))
    return [each for each in both if "migrations" not in each.parts and each.stem != "__init__"]


def _below(kind: type[DomainError]) -> set[type[DomainError]]:
    own = {each for each in kind.__subclasses__() if not each.__module__.startswith("tests.")}
    return {kind, *own, *(deeper for each in own for deeper in _below(each))}


def _sentences(tree: ast.AST, names: set[str]) -> Iterator[tuple[str, int]]:
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        nodes = list(ast.walk(scope))
        assigned = defaultdict[str, list[ast.expr]](list)
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                assigned[node.targets[0].id].append(node.value)
        for node in nodes:
            if isinstance(node, ast.Call) and (said := _said(node, names)) is not None:
                for text in _texts(said, assigned):
                    # What pydantic fills in has names.
                    yield re.sub(r"\{\w+\}", "{}", text), node.lineno


def _said(call: ast.Call, names: set[str]) -> ast.expr | None:
    """The argument in which the sentence stands."""
    match call.func:
        case ast.Name(id=name) if name in names | {"cls"}:
            place = 0
        case ast.Name(id=name) if name in _OTHERS:
            place = _OTHERS[name]
        case ast.Attribute(attr=maker, value=ast.Name(id=name)) if (
            maker in _MAKERS and name in names | {"cls"}
        ):
            place = _MAKERS[maker]
        case _:
            return None
    return call.args[place] if len(call.args) > place else None


def _texts(said: ast.expr, assigned: Mapping[str, Sequence[ast.expr]]) -> Iterator[str]:
    match said:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            said_fixed = (each.value if isinstance(each, ast.Constant) else "{}" for each in parts)
            yield "".join(map(str, said_fixed))
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, assigned)
            yield from _texts(other, assigned)
        case ast.Name(id=name) if name in assigned:
            for each in assigned[name]:
                yield from _texts(each, {})
