"""Refusals of the products slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class ProductCodeTaken(Conflict):
    """Another product carries the same code."""

    code = "product_code_taken"
    title = "The product code is taken"


class ProductRetired(Conflict):
    """The product is not sold any more."""

    code = "product_retired"
    title = "The product is retired"


class ProductActive(Conflict):
    """The product is sold as it is."""

    code = "product_active"
    title = "The product is active"
