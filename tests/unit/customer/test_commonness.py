"""How to look a term up, by what PostgreSQL counted."""

from __future__ import annotations

from uuid import UUID

from services.customer.customers.commonness import Hint, _Counted

SHARES = {"公司": 1.0, "上海": 0.07, "华为": 0.12, "滤波": 0.02}
#: One in a hundred lies between two of them, 25,600 milliseconds apart.
IDS = [UUID(int=number * 100 << 88) for number in range(101)]


def hint(*pieces: str, customers: float = 1_000_000) -> Hint:
    """The hint for a page of 50, and one row to see whether there are more."""
    return _Counted(SHARES, IDS, customers).hint(set(pieces), 51)


def since(given: Hint, customers: float, before: int | None = None) -> int | None:
    """From which quarter of a second on a page is sought, of what was made before another."""
    last = None if before is None else UUID(int=before << 88)
    found = _Counted(SHARES, IDS, customers).since(given.newest, last)
    return None if found is None else int(found.id.int / (1 << 88) + 1e-6)


def test_the_rare_pieces_say_most() -> None:
    """S02: what was not counted is rarer than what was."""
    assert hint("上海", "海鑫", "鑫辉").telling == ["海鑫", "鑫辉"]
    assert hint("上海", "海鑫", "鑫辉").rare
    assert not hint("上海", "海鑫").rare


def test_of_nothing_but_common_pieces_the_rarest_is_looked_up() -> None:
    """S02: their shares multiply only if they come independently, and those of a word do not."""
    assert hint("上海", "公司").telling == ["上海"]
    assert not hint("上海", "公司").few
    assert hint("滤波", "公司").few


def test_a_page_is_sought_among_the_newest_that_should_fill_it() -> None:
    """S02: four times 51 of a share of 0.02 are 10,200 customers, one in a hundred."""
    assert since(hint("滤波"), 1_000_000) == 9898
    assert since(hint("公司"), 1_000_000) == 9997


def test_a_further_page_is_sought_among_those_before_the_last() -> None:
    """S02: 10,200 customers again, behind the two in a hundred that are newer."""
    assert since(hint("滤波"), 1_000_000, before=9_800) == 9698
    assert since(hint("滤波"), 1_000_000, before=9_750) == 9648
    assert since(hint("滤波"), 1_000_000, before=12_000) == since(hint("滤波"), 1_000_000)
    assert since(hint("滤波"), 1_000_000, before=7_000) is None
    assert since(hint("滤波"), 1_000_000, before=0) is None


def test_what_was_not_counted_is_half_as_common_as_the_rarest_that_was() -> None:
    """S02: four times 51 of a share of 0.01 are 20,400 customers, two in a hundred."""
    assert since(hint("上海", "海鑫"), 1_000_000) == 9796


def test_where_that_is_a_large_part_it_does_not_pay() -> None:
    """S02."""
    assert since(hint("滤波", customers=20_000), 20_000) is None
    assert hint("滤波", customers=20_000).few


def test_nothing_is_known_of_a_new_table() -> None:
    """S02: then all pieces are looked up."""
    assert _Counted().hint({"华为", "上海"}, 51) == Hint(["上海", "华为"])
    assert since(Hint([]), 1_000_000) is None
