"""Which language somebody is refused in: quality values (RFC 9110) and lookup (RFC 4647)."""

from __future__ import annotations

import pytest

from shared.http.languages import known_languages, language_of

CHINESE = known_languages()["zh"]


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"),
        ("zh", "zh-CN"),
        ("zh-CN", "zh-CN"),
        ("ZH-Hans-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("fr, zh;q=0.1", "zh-CN"),
        ("*", "en"),
        ("zh;q=0.5, en;q=0.8", "en"),
        ("en;q=0.5 , zh; q=0.8", "zh-CN"),
        ("zh, en", "zh-CN"),
        ("en, zh", "en"),
        ("en;q=0.8, zh;q=0.8", "en"),
        ("en;q=0, *", "zh-CN"),
        ("zh;q=0", "en"),
        ("zh;q=0, en;q=0", "en"),
        ("zh-CN;q=0.9, *;q=0.95", "en"),
        ("zh;q=1.000, en;q=0.999", "zh-CN"),
        ("zh;q=2", "en"),
        ("zh;q=0.1234", "en"),
        ("zh;level=1", "en"),
        ("中文", "en"),
        (";;;,,,q=1,zh", "zh-CN"),
        ("x" * 8_000 + ",zh", "en"),
    ],
)
def test_a_language_is_negotiated(header: str, tag: str) -> None:
    assert language_of({"headers": [(b"accept-language", header.encode())]}).tag == tag


def test_without_a_wish_it_is_english() -> None:
    assert language_of({"headers": []}).tag == "en"


def test_several_headers_are_one_list() -> None:
    headers = [(b"accept-language", b"fr"), (b"accept-language", b"zh;q=0.3")]
    assert language_of({"headers": headers}).tag == "zh-CN"


def test_values_stand_in_the_translation() -> None:
    assert CHINESE.sentence("There is no customer 7.") == "没有客户 7。"
    assert CHINESE.sentence("There is no {0} {x}.") == "没有{0} {x}。"


def test_what_says_most_is_taken_for_what_it_is() -> None:
    """Not for the shorter sentence that it looks like as well."""
    assert CHINESE.sentence("The product P-1 is active.") == "产品 P-1 已启用。"
    assert CHINESE.sentence("HT-1 is signed.") == "HT-1 的状态是已签订。"


def test_what_has_no_translation_stays_as_it_is() -> None:
    assert CHINESE.sentence("Nobody ever said this!") == "Nobody ever said this!"
