"""Every list is narrowed to what the caller sees, or it is written here why everybody sees all."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import SERVICES, modules

#: The services whose documents have owners.
SCOPED = (SERVICES / "customer", SERVICES / "opportunity", SERVICES / "order")
#: Lists that have no owner: the permission alone decides.
OF_THE_COMPANY = {
    "customer/clients",  # systems that sign in
    "customer/deputies",
    "customer/keys",
    "customer/roles",
    "customer/sessions",  # the caller's own
    "customer/staff",
    "customer/units",
    "opportunity/prices",
    "opportunity/products",
    "order/catalogue",  # what is sold, at list price
    "order/stock",
}
#: Lists of what belongs to one customer, whom the route has loaded within scope before.
OF_ONE_CUSTOMER = {
    "customer/contacts",
    "customer/levels",
    "customer/credit",
    "customer/timeline",
}


def lists() -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    """Every function that answers pages, and the slice it is in."""
    for path in modules(*SCOPED):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef) and "fetch_page" in names(node):
                yield path.parent.relative_to(SERVICES).as_posix(), node


def names(node: ast.AST) -> set[str]:
    """What a piece of code calls, or hands on to be called."""
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return found | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


async def test_every_list_is_narrowed_to_what_is_seen() -> None:
    """S215: deny by default."""
    # Of one customer, loaded before; ``own``: of the portal user's customer alone (S25).
    narrowing = {"seeing", "_seen", "ownership", "own"}
    found = list(lists())
    assert len(found) > 15
    open_ones = {
        f"{where}.{node.name}"
        for where, node in found
        if where not in OF_THE_COMPANY | OF_ONE_CUSTOMER
        and not narrowing & (names(node) | {node.name})
    }
    assert open_ones == set()


async def test_no_exception_is_left_over() -> None:
    slices = {where for where, _ in lists()}
    assert (OF_THE_COMPANY | OF_ONE_CUSTOMER) - slices == set()
