"""Text that no column holds or nobody can read, which is refused; and text that only looks odd,
which is kept as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote_from_bytes

from tests.integration.robustness.corpus.keeping import keep
from tests.integration.robustness.corpus.tally import Tally, altered, good
from tests.support.bad_input import MALFORMED, Case

_ENTER = "POST /v1/customers"
#: Bytes that are no UTF-8.
BYTES = {
    "a continuation alone": b"\x80",
    "a start alone": b"\xc3",
    "a start before a letter": b"\xc3a",
    "two starts": b"\xe4\xe4\xb8\xad",
    "three bytes, cut": b"\xe4\xb8",
    "four bytes, cut": b"\xf0\x9f\x98",
    "a slash in two bytes": b"\xc0\xaf",
    "a slash in three": b"\xe0\x80\xaf",
    "a slash in four": b"\xf0\x80\x80\xaf",
    "NUL in two bytes": b"\xc0\x80",
    "a quote in two bytes": b"\xc0\xa2",
    "a high surrogate": b"\xed\xa0\x80",
    "a low surrogate": b"\xed\xbf\xbf",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "above all characters": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80",
    "FE": b"\xfe",
    "FF": b"\xff",
    "Latin 1": "Müller".encode("latin-1"),
    "GB 18030": "上海".encode("gb18030"),
    "Big5": "台灣".encode("big5"),
    "Shift JIS": "東京".encode("shift_jis"),
    "KOI8-R": "Москва".encode("koi8-r"),
}
#: Escapes of what is no character.
ESCAPES = (
    *(r"\u0000", r"a\u0000b", r"\u0000a", r"a\u0000", r"\ud800", r"\udbff", r"\udc00", r"\udfff"),
    *(r"\ud83d", r"\ude00\ud83d", r"\ud83d\ud83d", r"\ud83da", r"a\ude00", r"\ud83d\u0041"),
)
#: What is nothing but blanks of some script.
BLANKS = {
    f"U+{ord(each):04X}": each * 3
    for each in " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2003\u2007\u2009\u200a\u2028\u2029\u202f"
    "\u3000"
}
TOO_LONG = {
    "letters": "x" * 201,
    "Chinese": "汉" * 201,
    "of four bytes": "😀" * 201,
    "combining marks": "e" + "\u0301" * 10_000,
    "zero width": "\u200b" * 201,
    "a family of many": "👩\u200d" * 150,
}
#: What reads as it was written.
KEPT = {
    "right to left": "\u202egnp.eciovni",
    "isolates": "\u2066abc\u2069",
    "Arabic and Hebrew": "شركة · חברה",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe",
    "emoji of several": "👩\u200d👩\u200d👧\u200d👦 🇨🇳 ❤\ufe0f",
    "four bytes": "𠮷野家 𝔘𝔫𝔦",
    "composed": "Caf\u00e9 \u1e9b\u0323",
    "decomposed": "Cafe\u0301 \u017f\u0323\u0307",
    "combining marks": "e" + "\u0301" * 150,
    "variants": "骨\U000e0100 直 ㍿ ﾊﾝｶｸ ＦＵＬＬ",
    "simplified and traditional": "发發髮 后後 台臺",
    "compatibility ideographs": "\uf900\uf901 豈更",
    "rare ideographs": "\U0002a6d6\U0002b81d\U00030000",
    "Uyghur and Tibetan": "شىنجاڭ བོད་",
    "Thai and Devanagari": "ไทย हिन्दी",
    "Hangul in parts": "\u1112\u1161\u11ab",
    "dotless": "ıİiI ſß ẞ",
    "final sigma": "ΟΔΟΣ οδος",
    "control characters": "bell\x07escape\x1b[31mred\x1b[0m",
    "line ends": "first\r\nsecond\rthird\nfourth",
    "separators": "a\u2028b\u2029c\x85d",
    "private use": "\ue000\uf8ff",
    "not a character": "\uffff\ufdd0",
    "the last character": "a\U0010ffff",
    "object replacement": "a\ufffc\ufffd",
    "tags": "a\U000e0041\U000e007f",
    "soft hyphen": "Donau\u00addampf",
    "no-break spaces": "a\u00a0b\u202fc\u2007d",
    "200 of four bytes": "😀" * 200,
    "escaped slash": "a\\/b\\u0041",
}


async def run(tally: Tally) -> None:
    """A customer's name, a search and a path with what is no text; a note with what is odd."""
    await tally.refuse("customer", _unreadable(tally))
    world = tally.worlds["customer"]
    await tally.refuse("customer", altered(world, _ENTER, "name", BLANKS))
    await tally.refuse("customer", altered(world, _ENTER, "name", TOO_LONG))
    await keep(tally, "customer", "/v1/customers", "name", KEPT)


def _unreadable(tally: Tally) -> Iterator[Case]:
    case, _ = good(tally.worlds["customer"], _ENTER)
    case = replace(case, kind="text", statuses=MALFORMED)
    for name, content in BYTES.items():
        yield replace(case, name=name, content=b'{"name": "x' + content + b'"}')
        query = f"/v1/customers?q=x{quote_from_bytes(content)}"
        yield Case("search", name, "GET", query, (), None, MALFORMED)
    for escape in ESCAPES:
        yield replace(case, name=escape, content=f'{{"name": "{escape}"}}'.encode())
        yield replace(case, name=f"name {escape}", content=f'{{"{escape}": "x"}}'.encode())
