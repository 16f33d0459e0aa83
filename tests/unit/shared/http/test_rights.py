"""Fields that not everybody may see: withheld unless it is said for whom a body is written."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from pydantic import TypeAdapter

from shared.domain.actor import Actor
from shared.http.fields import Output
from shared.http.rights import Restricted, for_eyes_of, last_four


class Price(Output):
    """Something with fields of its own."""

    amount: str


class Account(Output):
    """What has fields for some eyes only."""

    name: str
    number: Annotated[str | None, Restricted("bank.read", last_four)]
    cost: Annotated[Price | None, Restricted("cost.read")] = None


ACCOUNT = Account(name="基本户", number="6222021234567890", cost=Price(amount="1.00"))


def eyes(*permissions: str) -> Actor:
    return Actor(uuid4(), "", permissions=frozenset(permissions))


def test_who_holds_the_permission_sees_the_field() -> None:
    """S215: each field asks for its own."""
    both = ACCOUNT.model_dump_json(context=for_eyes_of(eyes("bank.read", "cost.read")))
    assert both == '{"name":"基本户","number":"6222021234567890","cost":{"amount":"1.00"}}'
    one = ACCOUNT.model_dump_json(context=for_eyes_of(eyes("bank.read")))
    assert one == '{"name":"基本户","number":"6222021234567890","cost":null}'


def test_others_see_what_stands_in_its_place() -> None:
    """S215: also in lists, and where it is not said who reads."""
    masked = '{"name":"基本户","number":"**** 7890","cost":null}'
    assert ACCOUNT.model_dump_json(context=for_eyes_of(eyes("account.read"))) == masked
    assert ACCOUNT.model_dump_json() == masked
    several = TypeAdapter(list[Account]).dump_json([ACCOUNT], context=for_eyes_of(eyes()))
    assert several.decode() == f"[{masked}]"
    nothing = Account(name="", number=None).model_dump_json()
    assert nothing == '{"name":"","number":null,"cost":null}'


def test_the_description_says_what_a_field_asks_for() -> None:
    shown = Account.model_json_schema(mode="serialization")["properties"]
    assert shown["number"]["x-permission"] == "bank.read"
    assert shown["cost"]["x-permission"] == "cost.read"
    assert "x-permission" not in shown["name"]
    assert {"type": "string"} in shown["number"]["anyOf"]
