"""Search: by part of a Chinese name, pinyin, initials, Latin names, numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.customers import search
from services.customer.customers.model import Customer, Profile
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.domain.owner import Owner


def customer(name: str, **fields: Any) -> Customer:
    """A customer called ``name``."""
    owner = Owner(new_id(), None, None)
    made, _ = Customer.create(
        Profile(name=name), number="C00000042", owner=owner, at=now(), **fields
    )
    return made


def finds(query: str, name: str, **fields: Any) -> bool:
    """Say whether the index leads to the customer and the text confirms it."""
    text = search.query_text(query)
    made = customer(name, **fields)
    indexed = search.query_pieces(text) <= set(search.search_terms(made).split("\n"))
    return bool(text) and indexed and text in search.search_text(made)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("华为", "华为技术有限公司"),
        ("技", "华为技术有限公司"),
        ("为技术有", "华为技术有限公司"),
        ("huawei", "华为技术有限公司"),
        ("HuaWei JiShu", "华为技术有限公司"),
        ("hwjs", "华为技术有限公司"),
        ("hw", "华为技术有限公司"),
        ("h", "华为技术有限公司"),
        ("wj", "华为技术有限公司"),
        ("chongqing", "重庆长安汽车股份有限公司"),
        ("xmwy", "厦门钨业股份有限公司"),
        ("zengshi", "曾氏集团"),
        ("shan", "单县化工"),
        ("tclkj", "TCL科技集团股份有限公司"),
        ("tclkeji", "TCL科技集团股份有限公司"),
        ("ＴＣＬ", "TCL科技集团股份有限公司"),
        ("tcl", "ＴＣＬ科技集团股份有限公司"),
        ("IB", "IBM China"),
        ("ibmchi", "IBM China"),
        ("ibm china", "IBM China"),
        ("3m", "3M中国有限公司"),
        ("8号", "上海8号仓储"),
        ("号8", "上海号8仓储"),
        ("c00000042", "华为技术有限公司"),
        ("0004", "华为技术有限公司"),
        ("中国(深圳)", "中国（深圳）综合开发研究院"),
        ("o'brien", "O’Brien & Søn"),
        ("søn", "O’Brien & Søn"),
        ("𠮷野", "𠮷野家"),
        ("⟨⟩ ⟨", "⟨⟩\n⟨⟩"),
    ],
)
def test_a_customer_is_found(query: str, name: str) -> None:
    """S02."""
    assert finds(query, name)


@pytest.mark.parametrize("query", ["为华", "huwai", "wh", "%", "_", "\\", "中兴", "hwjsx"])
def test_another_is_not(query: str) -> None:
    """S02: the order of characters counts, and no sign is a wildcard."""
    assert not finds(query, "华为技术有限公司")


def test_the_external_id_finds_too() -> None:
    """S02."""
    assert finds("erp-4711", "华为", external_id="ERP-4711")


@given(st.text(min_size=1, max_size=60), st.data())
def test_every_part_of_three_or_more_characters_finds(name: str, data: st.DataObject) -> None:
    """Whatever a name is made of, and any part at all with Chinese in it."""
    folded = search.query_text(name)
    if not folded:
        return
    start = data.draw(st.integers(0, len(folded) - 1))
    end = data.draw(st.integers(start + 1, len(folded)))
    part = folded[start:end]
    if part.isspace() or (len(part) < 3 and part.isascii()):
        return
    assert finds(part, name)


@pytest.mark.parametrize("name", ["ΐδιος", "ᄀ-ᅡ", "ǰurić", "ﬃ", "Straße", ":\x85\x1b"])
def test_a_part_of_what_is_folded_is_folded(name: str) -> None:
    """Or what stands in the index could not be asked for."""
    folded = search.query_text(name)
    parts = (folded[start:end] for end in range(len(folded) + 1) for start in range(end))
    assert all(search.query_text(part) == part.strip() for part in parts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为技术有限公司", "华为技术"),
        ("华为技术有限责任公司", "华为技术有限公司"),
        ("Kehu Co., Ltd.", "KEHU"),
        ("ＫＥＨＵ　股份有限公司", "kehu"),
        ("深圳（华强）电子", "深圳(华强)电子"),
        ("Siemens AG", "siemens"),
    ],
)
def test_two_ways_to_write_a_company_are_one_key(one: str, other: str) -> None:
    """S02: the duplicate warning."""
    assert search.name_key(one) == search.name_key(other)


@pytest.mark.parametrize("name", ["有限公司", "集团", "Ltd", "AG", "***", "★"])
def test_a_name_of_nothing_but_a_legal_form_keeps_a_key(name: str) -> None:
    """Such customers are no duplicates of each other."""
    assert search.name_key(name)
    assert search.name_key(name) != search.name_key("Kehu")
