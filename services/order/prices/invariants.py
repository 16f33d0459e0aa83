"""What is always true of approved prices; each slice with priced documents says where they are."""

from __future__ import annotations

from dataclasses import dataclass

from shared.db.invariants import Invariant


@dataclass(frozen=True, slots=True)
class PricedTable:
    """Where documents with prices of their own are: ``parent`` is the lines' column, and
    ``approved`` says of a row ``d`` that it is approved and was not judged elsewhere."""

    slice: str
    table: str
    lines: str
    parent: str
    approved: str


def discount_authority(where: PricedTable) -> tuple[Invariant, Invariant]:
    """Return the promises about the discounts of a kind of document (32)."""
    return _authority(where), _listed(where)


def _authority(where: PricedTable) -> Invariant:
    return Invariant(
        f"{where.slice}.32 authority",
        "The discounts of an approved document are within the authority of who approved it, or of"
        " its author where that suffices; by the policy of that day, on the total and each line.",
        f"""
        WITH band AS (
            SELECT version, place, band ->> 'role' AS role,
                   CAST(band ->> 'up_to' AS numeric) AS up_to,
                   content ->> 'non_standard_role' AS non_standard_role
            FROM discount_policy, jsonb_array_elements(content -> 'bands')
                 WITH ORDINALITY AS bands (band, place)
        ), value AS (
            SELECT {where.parent} AS id, list_price IS NULL AS special,
                   quantity * coalesce(list_price, unit_price) AS listed,
                   quantity * unit_price * (1 - discount) AS asked
            FROM {where.lines}
            UNION ALL
            SELECT {where.parent}, false, sum(quantity * coalesce(list_price, unit_price)),
                   sum(quantity * unit_price * (1 - discount))
            FROM {where.lines} GROUP BY {where.parent}
        ), demand AS (
            SELECT d.id, max(needed.place) AS place
            FROM {where.table} AS d JOIN value ON value.id = d.id
            JOIN LATERAL (
                SELECT min(place) AS place FROM band WHERE version = d.policy_version
                AND value.asked < value.listed
                AND (up_to IS NULL OR value.asked >= value.listed * (1 - up_to))
                UNION ALL
                SELECT place FROM band WHERE version = d.policy_version
                AND value.special AND role = non_standard_role
            ) AS needed ON true
            WHERE {where.approved}
            GROUP BY d.id
        )
        SELECT d.id, d.number, d.discount, d.policy_version, d.approved_role, demand.place
        FROM {where.table} AS d JOIN demand ON demand.id = d.id
        LEFT JOIN band ON band.version = d.policy_version AND band.role = d.approved_role
        WHERE d.discount IS NULL
           OR NOT EXISTS (SELECT FROM discount_policy AS p WHERE p.version = d.policy_version)
           OR (demand.place IS NOT NULL AND coalesce(band.place, 0) < demand.place
               AND NOT (d.own_authority AND demand.place = 1))
        """,  # noqa: S608 - names of our own tables
    )


def _listed(where: PricedTable) -> Invariant:
    return Invariant(
        f"{where.slice}.32 list",
        "An approved document is measured by the prices of the list it names.",
        f"""
        SELECT d.number, l.id, l.list_price
        FROM {where.table} AS d JOIN {where.lines} AS l ON l.{where.parent} = d.id
        WHERE {where.approved} AND l.list_price IS DISTINCT FROM (
            SELECT p.unit_price FROM list_price AS p
            WHERE p.price_list_id = d.price_list_id AND p.product_id = l.product_id
              AND p.minimum_quantity <= l.quantity
            ORDER BY p.minimum_quantity DESC LIMIT 1)
        """,  # noqa: S608
    )
