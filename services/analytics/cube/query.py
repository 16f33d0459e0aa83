"""A question to the cube as SQL: sums by key and currency, named and sorted afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.analytics.cube.dimensions import DIMENSIONS, Dimension
from services.analytics.cube.measures import Measure
from services.analytics.cube.question import Question, Slice
from services.analytics.scope import seen

Columns = list[sa.ColumnElement[Any]]


def grouped(measure: Measure, by: Sequence[Dimension], wanted: Slice) -> sa.Select[Any]:
    """Sum a measure: columns ``key0`` …, ``currency``, ``amount``, ``quantity``, ``facts``.

    Amounts of different currencies are never added (decision 10): the currency is always a part
    of the key.
    """
    fact = measure.table(wanted.on)
    keys = [each.value(fact).label(f"key{index}") for index, each in enumerate(by)]
    has_quantity = "quantity" in fact.c
    quantity = sa.func.sum(fact.c.quantity) if has_quantity else sa.null()
    return (
        sa.select(
            *keys,
            fact.c.currency,
            sa.func.sum(fact.c[measure.amount]).label("amount"),
            quantity.label("quantity"),
            sa.func.count().label("facts"),
        )
        .select_from(joined(fact, [*by, *(DIMENSIONS[name] for name in wanted.filters)]))
        .where(*conditions(fact, wanted))
        .group_by(*(sa.column(each.name) for each in keys), fact.c.currency)
    )


def conditions(fact: sa.FromClause, wanted: Slice) -> Columns:
    """Return what a fact must meet to be in the slice."""
    found: Columns = [fact.c.day.is_not(None)]
    if wanted.first is not None:
        found.append(fact.c.day >= wanted.first)
    if wanted.last is not None:
        found.append(fact.c.day <= wanted.last)
    if wanted.currencies:
        found.append(fact.c.currency.in_(wanted.currencies))
    found += seen(wanted.scope, fact.c.owner_id)
    for name, values in wanted.filters.items():
        found.append(_one_of(DIMENSIONS[name].value(fact), values))
    return found


def answer(question: Question) -> sa.Select[Any]:
    """Return the rows of an answer, named, in order; one more than the limit shows there are."""
    sums = grouped(question.measure, question.by, question.slice).subquery("sums")
    source: sa.FromClause = sums
    labels: Columns = []
    for index, dimension in enumerate(question.by):
        label = dimension.label()
        if label is None or dimension.refers_to is None:
            labels.append(sa.null().label(f"label{index}"))
            continue
        named = dimension.refers_to
        source = source.outerjoin(named, named.c.id == sums.c[f"key{index}"])
        labels.append(label.label(f"label{index}"))
    query = sa.select(*sums.c, *labels).select_from(source)
    return query.order_by(*_order(question, sums, labels)).limit(question.limit + 1)


def joined(fact: sa.FromClause, dimensions: Sequence[Dimension]) -> sa.FromClause:
    """Return the facts, joined with the tables in which values of these dimensions stand."""
    source, present = fact, set()
    for each in dimensions:
        if each.joined and each.refers_to is not None and each.refers_to.name not in present:
            present.add(each.refers_to.name)
            source = source.outerjoin(each.refers_to, each.refers_to.c.id == fact.c[each.column])
    return source


def _one_of(value: sa.ColumnElement[Any], wanted: Sequence[Any]) -> sa.ColumnElement[bool]:
    known = [each for each in wanted if each is not None]
    alternatives = [value.in_(known)] if known else []
    if len(known) < len(wanted):
        alternatives.append(value.is_(None))
    return sa.or_(*alternatives)


def _order(question: Question, sums: sa.Subquery, labels: Columns) -> Columns:
    # Currencies stay apart in the order too: their amounts do not compare. The keys come last, so
    # that the order is the same whenever the question is asked again.
    names: Columns = [sa.column(f"label{index}") for index in range(len(labels))]
    keys = [sums.c[f"key{index}"] for index in range(len(question.by))]
    shown = [
        each
        for dimension, name, key in zip(question.by, names, keys, strict=True)
        for each in ([name, key] if dimension.label() is not None else [key])
    ]
    down, kind = question.sort.startswith("-"), question.sort.lstrip("-")
    if kind == "key":
        return [*(_directed(each, down) for each in shown), sums.c.currency]
    return [sums.c.currency, _directed(sums.c[kind], down), *keys]


def _directed(column: sa.ColumnElement[Any], down: bool) -> sa.ColumnElement[Any]:
    return column.desc().nulls_last() if down else column.asc().nulls_last()
