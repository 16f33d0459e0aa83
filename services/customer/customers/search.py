"""Search by part of a Chinese name, by pinyin, by initials, by number.

Two-character terms are the common case and trigrams cannot serve them, so the text is cut into
pieces of two characters (three for Latin letters, where pairs are too common) under a GIN index.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from services.customer.customers.model import Customer
from services.customer.customers.periods import periods
from services.customer.customers.pinyin import readings

#: Legal forms say nothing about who a company is; they are left out when names are compared.
_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团|公司|\bco\b|\bltd\b|\binc\b|\bcorp\b|\bcorporation\b"
    r"|\bplc\b|\bag\b|\bllc\b|\bgmbh\b|\bse\b|\bsa\b|\bnv\b|\blimited\b)"
)
_NOT_WORD = re.compile(r"[\W_]+")
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return ``text`` in compatibility form, lower case: full-width letters become plain ones.

    Composed again at the end, as lower case may take letters apart: then a part of what was folded
    is folded already.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """Return the form in which two names of one company are equal."""
    folded = fold(name)
    key = _NOT_WORD.sub("", _LEGAL_FORMS.sub("", folded.replace(".", "")))
    return key or _NOT_WORD.sub("", folded) or folded


def search_text(customer: Customer) -> str:
    """Return all a customer can be found by, one entry to a line."""
    return _index(customer.name, customer.number, customer.external_id)[0]


def search_terms(customer: Customer) -> str:
    """Return the pieces of ``search_text``, each once, one to a line; of initials the pairs too.
    And the periods in which the customer was entered."""
    pieces = _index(customer.name, customer.number, customer.external_id)[1]
    return "\n".join([pieces, *periods(customer.id)])


def query_text(query: str) -> str:
    """Return a query in the form of ``search_text``; signs count where there is nothing else."""
    folded = fold(query)
    return fold(_NOT_WORD.sub("", folded)) or fold(_SPACE.sub("", folded))


def pieces(text: str) -> set[str]:
    """Cut one entry into the pieces it is indexed and looked up by.

    Latin letters are found in threes, at the beginning also by the first one or two.
    """
    if text.isascii():
        return {text[:1], text[:2]} | {text[index : index + 3] for index in range(len(text))}
    found = {text[:1], text[:2]}
    for index, character in enumerate(text):
        if character.isascii():
            found.add(text[index : index + 3])
        else:
            found.add(character)
            found.add(text[index : index + 2])
    return found


def query_pieces(text: str) -> set[str]:
    """Return the pieces that every entry containing ``text`` has."""
    whole = {piece for index in range(len(text)) if (piece := _whole_piece(text, index))}
    # Of a single Latin letter or digit before a Chinese character only the latter is a piece.
    return whole or {each for each in text if not each.isascii()} or {text}


def _whole_piece(text: str, index: int) -> str | None:
    length = 3 if text[index].isascii() else 2
    piece = text[index : index + length]
    return piece if len(piece) == length else None


@lru_cache(maxsize=1024)  # a row needs it twice
def _index(name: str, number: str, external_id: str | None) -> tuple[str, str]:
    plain = query_text(name)
    spoken = readings(plain)
    entries = [plain, *spoken, query_text(number), query_text(external_id or "")]
    lines = list(dict.fromkeys(entry for entry in entries if entry))
    terms = set().union(*map(pieces, lines))
    for initials in spoken[1::2]:
        terms |= {initials[index : index + 2] for index in range(len(initials) - 1)}
    return "\n".join(lines), "\n".join(terms)
