"""Forms are taken in piece by piece, wherever the pieces are cut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from shared.http.multipart import Form, MalformedUpload, file_pieces

TYPE = 'multipart/form-data; boundary="b--b"'
FILE = b'content-disposition: form-data; name="file"; filename='
OPTION = b'Content-Disposition: form-data; name="dry_run"\r\n\r\ntrue'
CONTENT = "名称\r\n华为--b--b\r\n--b-\r\n".encode() + bytes(range(256))


def body(*parts: bytes, end: bytes = b"--") -> bytes:
    """A form of these parts."""
    return b"".join(b"--b--b\r\n" + part + b"\r\n" for part in parts) + b"--b--b" + end + b"\r\n"


def file(name: bytes = b'"c.csv"', content: bytes = CONTENT) -> bytes:
    """A part with a file."""
    return FILE + name + b"\r\nContent-Type: text/csv\r\n\r\n" + content


async def taken(pieces: Sequence[bytes], kind: str = TYPE) -> tuple[Form, bytes]:
    """The form, and its file."""
    waiting = list(pieces)

    async def receive() -> dict[str, object]:
        piece = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    headers = [(b"content-type", kind.encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    form = Form()
    found: AsyncIterator[bytes] = file_pieces(request, form)
    return form, b"".join([piece async for piece in found])


@given(st.lists(st.integers(0, 600), max_size=8))
async def test_the_cuts_do_not_matter(cuts: list[int]) -> None:
    """Nor the order of file and fields."""
    for whole in (body(OPTION, file()), body(file(), OPTION)):
        places = sorted({0, len(whole), *(min(cut, len(whole)) for cut in cuts)})
        form, content = await taken([whole[start:end] for start, end in pairwise(places)])
        assert content == CONTENT
        assert (form.file_name, form.fields) == ("c.csv", {"dry_run": "true"})


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        (b'"../../etc/passwd.csv"', "passwd.csv"),
        (b'"C:\\\\temp\\\\c.csv"', "c.csv"),
        (b'"' + "客户.csv".encode() + b'"', "客户.csv"),
        (b'"' + b"x" * 300 + b'.csv"', "x" * 251 + ".csv"),
    ],
)
async def test_a_file_name_is_only_a_name(given_name: bytes, kept: str) -> None:
    form, _ = await taken([body(file(given_name))])
    assert form.file_name == kept


@pytest.mark.parametrize(
    "whole",
    [
        b"",
        b"nonsense",
        body(),
        body(OPTION),
        body(file(), end=b""),
        body(file(), file()),
        body(file())[:-40],
        body(OPTION.replace(b"true", b"t" * 2000), file()),
        body(*[OPTION] * 30, file()),
        body(file().replace(b'name="file"', b'name="other"')),
        body(OPTION.replace(b"true", b"\xff\xfe"), file()),
    ],
)
async def test_a_malformed_form_is_refused(whole: bytes) -> None:
    with pytest.raises(MalformedUpload):
        await taken([whole])


@pytest.mark.parametrize(
    "kind", ["text/csv", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"]
)
async def test_another_kind_of_body_is_refused(kind: str) -> None:
    with pytest.raises(MalformedUpload):
        await taken([body(file())], kind)
