"""The languages of refusals: English, which the code is written in, and a catalogue for each other.

Which one it is follows ``Accept-Language``, with quality values (RFC 9110, section 12.5.4) and
ranges that a language of ours is looked up by (RFC 4647, section 3.4). Codes are in no language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic_core import from_json
from starlette.types import Scope

CATALOGUES = Path(__file__).parent
#: Of a longer list nobody reads on.
_MOST_CHARACTERS = 500
_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*[Qq]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*",
    re.ASCII,
)


class Language:
    """A language, and what the sentences of the code are in it; what it lacks stays English."""

    def __init__(self, tag: str, catalogue: Mapping[str, Mapping[str, str]]) -> None:
        self.tag = tag
        self._titles = catalogue.get("titles", {})
        self._sentences = catalogue.get("sentences", {})
        self._validation = catalogue.get("validation", {})
        self._words = catalogue.get("words", {})
        self._patterns = [
            (re.compile("(.+?)".join(map(re.escape, english.split("{}"))), re.DOTALL), other)
            for english, other in sorted(self._sentences.items(), key=_most_said_first)
            if "{}" in english
        ]

    def title(self, english: str) -> str:
        """Return the title of a kind of refusal."""
        return self._titles.get(english, english)

    def sentence(self, english: str) -> str:
        """Return a sentence, also when values stand in it."""
        if (fixed := self._sentences.get(english)) is not None:
            return fixed
        for pattern, other in self._patterns:
            if found := pattern.fullmatch(english):
                return other.format(*(self._words.get(each, each) for each in found.groups()))
        return english

    def invalid(self, error: Mapping[str, Any]) -> str:
        """Return what is wrong with a field, of an error as pydantic describes it."""
        if (told := self.sentence(error["msg"])) is not error["msg"]:
            return told  # one of our own: pydantic's are known by their types
        form = self._validation.get(error["type"])
        return told if form is None else form.format(**error.get("ctx", {}))


def _most_said_first(sentence: tuple[str, str]) -> int:
    """What says most fits least by chance."""
    return -len(sentence[0].replace("{}", ""))


ENGLISH = Language("en", {})


@cache
def known_languages() -> Mapping[str, Language]:
    """Return the languages by the first part of their tags."""
    found = {path.stem: from_json(path.read_bytes()) for path in CATALOGUES.glob("*.json")}
    return {"en": ENGLISH, **{name: Language(each["tag"], each) for name, each in found.items()}}


def language_of(scope: Scope) -> Language:
    """Return the language that a request would rather be answered in."""
    sent = [value for name, value in scope["headers"] if name == b"accept-language"]
    return _preferred(b",".join(sent)[:_MOST_CHARACTERS]) if sent else ENGLISH


@lru_cache(maxsize=500)
def _preferred(header: bytes) -> Language:
    qualities = dict(_ranges(header.decode("latin-1")))
    known = known_languages()
    wanted = {name: _quality(name, qualities) for name in known}
    # Among equals the one that is named first, then English.
    best = max(known, key=lambda name: (wanted[name], -_place(name, qualities)))
    return known[best] if wanted[best] else ENGLISH


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    for each in header.split(","):
        if found := _RANGE.fullmatch(each):
            yield found[1].lower(), float(found[2] or 1)


def _quality(name: str, qualities: Mapping[str, float]) -> float:
    of_it = [q for each, q in qualities.items() if each.partition("-")[0] == name]
    return max(of_it) if of_it else qualities.get("*", 0)


def _place(name: str, qualities: Mapping[str, float]) -> int:
    places = [n for n, each in enumerate(qualities) if each.partition("-")[0] == name]
    return places[0] if places else len(qualities)
