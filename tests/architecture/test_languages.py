"""Whoever is refused is told why in their own language: no catalogue lacks a word of it."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from pydantic_core import from_json
from pydantic_core._pydantic_core import list_all_errors

from shared.http.languages import CATALOGUES, known_languages
from tests.support.refusals import sentences, titles

CATALOGUE = sorted(CATALOGUES.glob("*.json"))
#: Said by the framework, and by what answers for several services in one process.
ELSEWHERE = {"Not Found", "Method Not Allowed", "Nothing answers {}."}


@pytest.fixture(params=CATALOGUE, ids=[each.stem for each in CATALOGUE])
def catalogue(request: pytest.FixtureRequest) -> dict[str, dict[str, str]]:
    """What stands in one catalogue."""
    found: dict[str, dict[str, str]] = from_json(request.param.read_bytes())
    return found


def places(text: str) -> list[str]:
    """The places for values in a text."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def test_there_is_chinese() -> None:
    assert set(known_languages()) == {"en", "zh"}


def test_every_title_is_translated(catalogue: dict[str, dict[str, str]]) -> None:
    """A new refusal needs a line in ``titles`` of shared/http/languages."""
    missing = {
        title: where for title, where in titles().items() if title not in catalogue["titles"]
    }
    assert missing == {}


def test_every_sentence_is_translated(catalogue: dict[str, dict[str, str]]) -> None:
    """So does what it says, in ``sentences``; ``{}`` is where a value goes."""
    found = {each: where for each, where in sentences().items() if re.search("[A-Za-z]", each)}
    assert len(found) > 200
    assert {each: at for each, at in found.items() if each not in catalogue["sentences"]} == {}


def test_every_complaint_of_pydantic_is_translated(catalogue: dict[str, dict[str, str]]) -> None:
    """Those of a newer version too, by their types."""
    known: dict[str, str] = {
        each["type"]: each["message_template_python"] for each in list_all_errors()
    }
    assert known.keys() - catalogue["validation"].keys() == set()
    for kind, text in catalogue["validation"].items():
        assert set(places(text)) <= set(places(known[kind])), kind


def test_nothing_is_translated_that_nobody_says(catalogue: dict[str, dict[str, str]]) -> None:
    assert catalogue["titles"].keys() - titles().keys() == set()
    assert catalogue["sentences"].keys() - sentences().keys() - ELSEWHERE == set()


def test_a_translation_has_a_place_for_every_value(catalogue: dict[str, dict[str, str]]) -> None:
    """In any order, and it may leave one out."""
    for english, other in catalogue["sentences"].items():
        values = {str(each) for each in range(english.count("{}"))}
        assert set(places(other)) <= values, english
