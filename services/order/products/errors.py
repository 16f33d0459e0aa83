"""Refusals of the products slice."""

from __future__ import annotations

from shared.domain.errors import Invalid


class UnknownProduct(Invalid):
    """No such product is sold. One entered a moment ago arrives within seconds: try again."""

    code = "unknown_product"
    title = "The product is not known here"
    retryable = True
    retry_after = 1
