"""Bodies that are no JSON, or not what a body has to be."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace

from tests.integration.robustness.corpus.tally import Tally, good, operation
from tests.support.bad_input import MALFORMED, Case, syntax_cases

_ENTER = "POST /v1/customers"
_EITHER = frozenset({400, 422})
_MEDIA = frozenset({400, 415, 422})

#: What is no JSON text.
BROKEN = {
    "no value": b'{"name":}',
    "no colon": b'{"name" "x"}',
    "no comma": b'{"name": "x" "note": "y"}',
    "only a comma": b"{,}",
    "two commas": b'{"name": "x",, "note": "y"}',
    "names without quotes": b'{name: "x"}',
    "an open text": b'{"name": "x}',
    "an open list": b'{"name": ["x"',
    "closed by another sign": b'{"name": ["x"}]',
    "an unknown escape": rb'{"name": "\x41"}',
    "a short escape": rb'{"name": "\u12"}',
    "an escape of letters": rb'{"name": "\uzzzz"}',
    "an escape at the end": b'{"name": "\\',
    "a tab in a text": b'{"name": "a\tb"}',
    "a cut word": b'{"name": nul}',
    "True of Python": b'{"name": True}',
    "None of Python": b'{"name": None}',
    "undefined": b'{"name": undefined}',
    "a point before": b'{"name": .5}',
    "a point behind": b'{"name": 1.}',
    "a plus": b'{"name": +1}',
    "only a minus": b'{"name": -}',
    "an exponent of nothing": b'{"name": 1e}',
    "two minuses": b'{"name": --1}',
    "octal": b'{"name": 0o17}',
    "binary": b'{"name": 0b1}',
    "two lines": b'{"name": "x"}\n{"name": "y"}',
    "a sequence": b'\x1e{"name": "x"}\n',
    "a call": b'callback({"name": "x"})',
    "a guard": b')]}\',\n{"name": "x"}',
    "YAML": b"name: x\n",
    "XML": b"<customer><name>x</name></customer>",
    "CSV": b"name\nx\n",
    "UTF-16 without a mark": '{"name": "x"}'.encode("utf-16-le"),
    "UTF-7": b'{"name": "+AGE-"',
    "EBCDIC": '{"name": "x"}'.encode("cp500"),
    "MessagePack": b"\x81\xa4name\xa1x",
    "nothing but a mark": b"\xef\xbb\xbf",
    "a name twice": b'{"name": "x", "name": "y"}',
    "a name twice, once escaped": rb'{"name": "x", "\u006eame": "y"}',
    "a name twice within": b'{"name": "x", "registered_capital": {"amount": "1", "amount": "2"}}',
}
_DEEP = 1_000
#: JSON that is too deep, or whose root or fields are something else.
SHAPED = {
    "a list a thousand deep": b"[" * _DEEP + b"]" * _DEEP,
    "objects a thousand deep": b'{"name":' * _DEEP + b"1" + b"}" * _DEEP,
    "a list in a field": b'{"name": ' + b"[" * 150 + b"]" * 150 + b"}",
    "an object in a field": b'{"name": {"name": "x"}}',
    "no fields": b"{}",
    "a field without a name": b'{"": "x"}',
    "1,000 fields": b"{" + b",".join(b'"a%d":1' % n for n in range(1_000)) + b"}",
    "50,000 fields": b"{" + b",".join(b'"a%d":1' % n for n in range(50_000)) + b"}",
    "100,000 items": b'{"name": [' + b",".join([b"1"] * 100_000) + b"]}",
    "of a prototype": b'{"__proto__": {"name": "x"}}',
    "of a class": b'{"name": {"__class__": "x"}}',
}


async def run(tally: Tally) -> None:
    """Every body to the entry of a customer."""
    world = tally.worlds["customer"]
    entered = operation(world, _ENTER)
    body = next(entered.bodies(world.known))
    await tally.refuse("customer", syntax_cases(entered, world.known, body))
    await tally.refuse("customer", _cases(tally))


def _cases(tally: Tally) -> Iterator[Case]:
    case, _ = good(tally.worlds["customer"], _ENTER)
    for name, content in BROKEN.items():
        yield replace(case, kind="syntax", name=name, content=content, statuses=MALFORMED)
    for name, content in SHAPED.items():
        yield replace(case, kind="shape", name=name, content=content, statuses=_EITHER)
    packed = {
        "gzip": gzip.compress(b'{"name": "x"}'),
        "deflate": zlib.compress(b'{"name": "x"}'),
        "br": b"\x8b\x06\x80{}\x03",
        "x-gzip, gzip": gzip.compress(bytes(10 * 1024 * 1024)),
    }
    for name, content in packed.items():
        headers = (*case.headers, ("content-encoding", name))
        yield replace(
            case, kind="packed", name=name, headers=headers, content=content, statuses=_MEDIA
        )
