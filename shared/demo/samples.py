"""Real data out of two locked wheels, as CSV for the public import interface.

Only data files are read; neither package is imported. The CDNOW sample (Fader and Hardie, 2001) is
2,357 customers with their 6,919 purchases of CDs from January 1997 to June 1998.
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shared.host.errors import HostError

PRODUCT_CODE = "CD"
CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Purchase:
    """One line of the sample: who, when, how many CDs, how many dollars."""

    customer: str
    bought_on: date
    quantity: int
    amount: Decimal

    @property
    def external_id(self) -> str:
        """The customer's id in the system."""
        return f"CDNOW-{self.customer}"


def purchases() -> list[Purchase]:
    """Return all purchases; identical lines are purchases of their own."""
    lines = _file("lifetimes", "datasets/CDNOW_sample.txt").read_text().splitlines()
    return [_purchase(*line.split()) for line in lines if line.strip()]


def monthly_totals(bought: Iterable[Purchase]) -> dict[str, Decimal]:
    """Sum the amounts by month (``1997-01``), straight from the lines."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for each in bought:
        totals[f"{each.bought_on:%Y-%m}"] += each.amount
    return dict(sorted(totals.items()))


def customers_csv(bought: Iterable[Purchase]) -> bytes:
    """Return the customers of the sample, for ``/v1/customers/imports``."""
    ids = sorted({each.customer for each in bought})
    rows = [(f"CDNOW-{each}", f"CDNOW customer {each}", "CDNOW") for each in ids]
    return _csv(["external_id", "name", "source"], rows)


def sales_csv(bought: Iterable[Purchase]) -> bytes:
    """Return the purchases, for ``/v1/sales-history/imports``."""
    header = ["customer", "date", "product", "quantity", "amount", "currency"]
    rows = [
        (each.external_id, each.bought_on, PRODUCT_CODE, each.quantity, each.amount, CURRENCY)
        for each in bought
    ]
    return _csv(header, rows)


def companies_csv() -> bytes:
    """Return some 1,800 listed companies with their untidy fields, for the customer import."""
    source = _file("pytickersymbols", "indices_data.py").read_text(encoding="utf-8")
    (indices,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
    )
    found = {each["name"]: each for index in indices.values() for each in index["companies"]}
    header = ["external_id", "name", "industry", "region", "website", "source"]
    return _csv(header, [_company(each) for _, each in sorted(found.items())])


def _purchase(master: str, customer: str, day: str, quantity: str, amount: str) -> Purchase:
    bought_on = datetime.strptime(day, "%Y%m%d").date()
    return Purchase(customer, bought_on, int(quantity), Decimal(amount))


def _company(company: dict[str, Any]) -> Sequence[str]:
    industries = company.get("industries") or [""]
    website = (company.get("metadata") or {}).get("website") or ""
    return (
        "STOCK-" + re.sub(r"[^A-Za-z0-9.]", "_", company.get("symbol") or company["name"]),
        company["name"],
        industries[0],
        company.get("country") or "",
        website.split()[0] if website.split() else "",
        "stock index",
    )


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _file(package: str, path: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise HostError(f"The demo needs the data of the package {package}: run make install.")
    return Path(spec.submodule_search_locations[0]) / path
