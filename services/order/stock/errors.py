"""Refusals of the stock slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class StockKnown(Conflict):
    """There is a level of this product at this site already."""

    code = "stock_known"
    title = "The stock is known already"


class StockIsFed(Conflict):
    """Another system tells this level; what is entered by hand would contradict it."""

    code = "stock_is_fed"
    title = "Another system tells this stock"
