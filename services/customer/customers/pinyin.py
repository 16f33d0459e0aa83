"""Pinyin of names, without tones: by phrases first, so that 重庆 is chongqing and 银行 yinhang.

The dictionaries are pypinyin's; its converter, which can do far more, takes ten times as long.
"""

from __future__ import annotations

from functools import cache
from typing import Any

#: Characters that are read otherwise as surnames than elsewhere.
_SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "查": "zha",
    "区": "ou",
    "朴": "piao",
    "盖": "ge",
    "缪": "miao",
    "翟": "zhai",
    "乐": "yue",
    "重": "chong",
}


def readings(name: str) -> list[str]:
    """Return full pinyin and initials of a name with Chinese characters, else nothing.

    A name that may begin with a surname has both for each reading of it (曾: ceng, zeng). What is
    not Chinese is said whole: TCL科技 is tclkeji and tclkj.
    """
    if name.isascii():
        return []
    syllables, initials = _syllables(name)
    found = ["".join(syllables), "".join(initials)]
    if surname := _SURNAMES.get(name[0]):
        found += ["".join([surname, *syllables[1:]]), "".join([surname[0], *initials[1:]])]
    return found


def _syllables(name: str) -> tuple[list[str], list[str]]:
    """Return the syllables, and of each what stands for it among the initials."""
    syllables: list[str] = []
    initials: list[str] = []
    start = 0
    while start < len(name):
        spoken = _phrase(name, start) or _character(name[start])
        syllables += spoken or [name[start]]
        initials += [each[0] for each in spoken] if spoken else [name[start]]
        start += len(spoken) or 1
    return syllables, initials


def _phrase(name: str, start: int) -> list[str]:
    """Return the reading of the longest known phrase that begins here."""
    longest = _longest().get(name[start], 0)
    for end in range(min(len(name), start + longest), start + 1, -1):
        phrase = _phrases().get(name[start:end])
        if phrase is not None:
            return [_plain(each[0]) for each in phrase]
    return []


@cache
def _longest() -> dict[str, int]:
    """Return how long the longest phrase is that begins with a character."""
    found: dict[str, int] = {}
    for phrase in _phrases():
        found[phrase[0]] = max(len(phrase), found.get(phrase[0], 0))
    return found


@cache
def _character(character: str) -> list[str]:
    known = _characters().get(ord(character))
    return [_plain(known.split(",")[0])] if known else []


@cache
def _plain(syllable: str) -> str:
    from pypinyin.contrib.tone_convert import to_normal

    plain: str = to_normal(syllable)
    return plain


# Imported when the service starts (`prepare`): half a second, which other processes never need.


def prepare() -> None:
    """Have the dictionaries at hand, so that no request waits for them."""
    _longest()
    _characters()
    _plain("yī")


@cache
def _phrases() -> Any:
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT


@cache
def _characters() -> Any:
    from pypinyin.constants import PINYIN_DICT

    return PINYIN_DICT
