"""Search by part of a Chinese name, by pinyin, by initials, by number.

Two-character terms are the common case and trigrams cannot serve them, so the text is cut into
pieces of two characters (three for Latin letters, where pairs are too common) under a GIN index.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from services.customer.customers.model import Customer

#: Legal forms say nothing about who a company is; they are left out when names are compared.
_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团|公司|\bco\b|\bltd\b|\binc\b|\bcorp\b|\bcorporation\b"
    r"|\bplc\b|\bag\b|\bllc\b|\bgmbh\b|\bse\b|\bsa\b|\bnv\b|\blimited\b)"
)
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
_RUN = "\0"  # marks what is not Chinese among the syllables; no name has it
_NOT_WORD = re.compile(r"[\W_]+")
_LATIN_RUN = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """Return ``text`` in compatibility form, lower case: full-width letters become plain ones."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def name_key(name: str) -> str:
    """Return the form in which two names of one company are equal."""
    folded = fold(name)
    key = _NOT_WORD.sub("", _LEGAL_FORMS.sub("", folded.replace(".", "")))
    return key or _NOT_WORD.sub("", folded) or folded


def search_text(customer: Customer) -> str:
    """Return all a customer can be found by, one entry to a line."""
    name = query_text(customer.name)
    ids = (query_text(customer.number), query_text(customer.external_id or ""))
    entries = [name, *_readings(name), *ids]
    return "\n".join(dict.fromkeys(entry for entry in entries if entry))


def search_terms(customer: Customer) -> list[str]:
    """Return the pieces of ``search_text``, each once; of initials the pairs as well."""
    found = {piece for line in search_text(customer).split("\n") for piece in pieces(line)}
    for initials in _readings(query_text(customer.name))[1::2]:
        found |= {initials[index : index + 2] for index in range(len(initials) - 1)}
    return sorted(found)


def query_text(query: str) -> str:
    """Return a query in the form of ``search_text``."""
    return _NOT_WORD.sub("", fold(query))


def pieces(text: str) -> set[str]:
    """Cut one entry into the pieces it is indexed and looked up by.

    Latin letters are found in threes, at the beginning also by the first one or two.
    """
    found = {text[:1], text[:2]}
    for index, character in enumerate(text):
        if _LATIN_RUN.match(character):
            found.add(text[index : index + 3])
        else:
            found |= {character, text[index : index + 2]}
    return found


def query_pieces(text: str) -> set[str]:
    """Return the pieces that every entry containing ``text`` has."""
    whole = {piece for index in range(len(text)) if (piece := _whole_piece(text, index))}
    return whole or {text}


def _whole_piece(text: str, index: int) -> str | None:
    length = 3 if _LATIN_RUN.match(text[index]) else 2
    piece = text[index : index + length]
    return piece if len(piece) == length else None


@lru_cache(maxsize=4096)
def _readings(name: str) -> tuple[str, ...]:
    """Return full pinyin and initials of a name with Chinese characters, else nothing.

    A name that may begin with a surname has both for each reading of it (曾: ceng, zeng).
    """
    if name.isascii():
        return ()
    syllables = lazy_pinyin(name, style=Style.NORMAL, errors=lambda run: f"{_RUN}{run}")
    variants = [syllables]
    if surname := _SURNAMES.get(name[0]):
        variants.append([surname, *syllables[1:]])
    entries = [entry for each in variants for entry in (_full(each), _initials(each))]
    return tuple(dict.fromkeys(entries))


def _full(syllables: list[str]) -> str:
    return "".join(syllable.removeprefix(_RUN) for syllable in syllables)


def _initials(syllables: list[str]) -> str:
    # A run of Latin letters or digits is said whole: TCL科技 is tclkj.
    return "".join(
        syllable[1:] if syllable.startswith(_RUN) else syllable[:1] for syllable in syllables
    )
