"""Money that no currency has, in more of it than there is room for, or in two currencies at once;
and pairs of quantity and price whose product has to be rounded once, to the last place there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.integration.robustness.corpus.tally import (
    Place,
    Tally,
    altered,
    good,
    key,
    steps,
)
from tests.integration.robustness.judging import send
from tests.support.bad_input import REFUSED, Case, encoded
from tests.support.operations import at, replaced
from tests.support.opportunity import money

#: Where money is written.
PLACES: tuple[tuple[str, str, Place], ...] = (
    ("order", "POST /v1/receipts", "amount"),
    ("order", "POST /v1/prepayments", "amount"),
    ("order", "POST /v1/contracts", "lines/0/unit_price"),
    ("order", "POST /v1/expenses", "amount"),
    ("opportunity", "POST /v1/products", "cost_price"),
    ("customer", "PUT /v1/customers/{customer_id}/credit", "limit"),
)
#: Amounts that their currency does not have.
AMOUNTS = {
    "three places": money("1.005"),
    "three places of nothing": money("1.000"),
    "a tenth of a yen": money("100.1", "JPY"),
    "a hundredth of a yen": money("0.01", "JPY"),
    "half a won": money("1000.50", "KRW"),
    "half a dong": money("5.5", "VND"),
    "a fils": money("1.234", "KWD"),
    "seventeen digits": money("99999999999999999.00"),
    "fifteen digits and two places": money("999999999999999.99"),
    "negative": money("-1.00"),
    "negative nothing": money("-0.00"),
    "exponent": money("1E2"),
    "with its sign": money("¥100.00"),
    "with its code": money("100.00 CNY"),
    "with commas": money("1,234.50"),
    "with a comma": money("1234,50"),
    "in Chinese": money("壹佰元整"),
    "accounting": money("(100.00)"),
}
#: Currencies that are none, or not kept.
CURRENCIES = {
    each or "none": money("100.00", each)
    for each in ("", "cny", "Cny", "RMB", "CN", "CNYY", "¥", "人民币", "XXX", "XAU", "BTC", "KWD")
} | {
    each: money("100.00", each)
    for each in ("BHD", "CLF", "C\u200bNY", "ＣＮＹ", "156", "DEM", "СNY")
}
#: What is no money at all.
SHAPES: dict[str, Any] = {
    "only an amount": {"amount": "1.00"},
    "only a currency": {"currency": "CNY"},
    "nothing": {},
    "a text": "1.00 CNY",
    "a number": 100,
    "a list": ["1.00", "CNY"],
    "more than money": {**money("1.00"), "rate": "7.1"},
    "money in money": {"amount": money("1.00"), "currency": "CNY"},
    "two currencies": {"amount": "1.00", "currency": ["CNY", "USD"]},
}
#: Quantity, price, currency, and what the line comes to: rounded half up, once.
ROUNDED = (
    ("0.5", "0.01", "CNY", "0.01"),
    ("0.4", "0.01", "CNY", "0.00"),
    ("3", "33.33", "CNY", "99.99"),
    ("0.3333", "3.00", "CNY", "1.00"),
    ("1.005", "100.00", "CNY", "100.50"),
    ("0.0001", "50.00", "CNY", "0.01"),
    ("0.0001", "49.99", "CNY", "0.00"),
    ("0.5", "1", "JPY", "1.00"),
    ("1.5", "333", "JPY", "500.00"),
    ("0.4999", "1", "JPY", "0.00"),
    ("2.675", "1.00", "USD", "2.68"),
    ("1.115", "1.00", "USD", "1.12"),
)


async def run(tally: Tally) -> None:
    """Each place with all that is no money; lines that are rounded, and that do not fit."""
    for service, name, place in PLACES:
        world = tally.worlds[service]
        for values in (AMOUNTS, CURRENCIES, SHAPES):
            await tally.refuse(service, altered(world, name, place, values))
    await tally.refuse("order", _together(tally))
    await _round(tally)


def _together(tally: Tally) -> Iterator[Case]:
    """What each line allows, and all lines do not."""
    world = tally.worlds["order"]
    for name in ("POST /v1/contracts", "POST /v1/orders"):
        case, body = good(world, name)
        line = {**body["lines"][0]}
        del line["discount"]
        for what, lines in _lines(line).items():
            content = encoded({**body, "lines": lines})
            yield replace(case, kind="sum", name=what, content=content, statuses=REFUSED)


def _lines(line: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    largest = "99999999999999.99"
    return {
        "two currencies": [line, {**line, "unit_price": money("1.00", "USD")}],
        "a product that does not fit": [
            {**line, "quantity": "999999999999", "unit_price": money(largest)}
        ],
        "a sum that does not fit": [
            {**line, "quantity": "1", "unit_price": money(largest)} for _ in range(2)
        ],
        "a price of yen with places": [{**line, "unit_price": money("0.50", "JPY")}],
    }


async def _round(tally: Tally) -> None:
    """A contract is drafted of each line; its amount and total are what they have to be."""
    world = tally.worlds["order"]
    _, body = good(world, "POST /v1/contracts")
    place = steps("lines/0")
    for quantity, price, currency, amount in ROUNDED:
        line = {**at(body, place), "quantity": quantity, "unit_price": money(price, currency)}
        del line["discount"]
        content = encoded(replaced(body, place, line))
        headers = (("content-type", "application/json"), key())
        case = Case("rounded", amount, "POST", "/v1/contracts", headers, content, frozenset({201}))
        tally.count("order", quantity, price, currency)
        answer = await send(world, case)
        told = answer.json()
        if answer.status != 201:
            tally.faults.append(f"{quantity} × {price}: {answer.status} {answer.text[:300]}")
        elif {told["total"]["amount"], told["lines"][0]["amount"]["amount"]} != {amount}:
            tally.faults.append(f"{quantity} × {price} {currency} is {told['total']}, not {amount}")
