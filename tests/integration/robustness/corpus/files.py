"""Files that harm, lie or cannot be read: as documents, and as imports of customers."""

from __future__ import annotations

import codecs
import io
import json
import zipfile
from collections.abc import Callable, Iterator

from services.customer.imports.service import CUSTOMERS
from shared.imports.runner import ImportRunner
from tests.integration.robustness.corpus.tally import Tally, key
from tests.integration.robustness.judging import COUNTERS, LEAK, fingerprint, send
from tests.integration.robustness.worlds import World
from tests.support.bad_files import CASES
from tests.support.bad_input import Case

_FORM = "multipart/form-data; boundary=kehu-boundary"
_IMPORT = "/v1/customers/imports"
#: An import that fails is a job, what was uploaded for it and by which key; nothing else comes of
#: it.
JOBS = COUNTERS | {
    f"public.{each}" for each in ("import_job", "import_chunk", "import_error", "idempotency_key")
}
#: Larger than a test should send; the test of the documents' own sends it.
_ELSEWHERE = {"too much"}


def _zip(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


#: What is refused as it is uploaded: the name, and the content.
UPLOADS: dict[str, tuple[str, bytes]] = {
    "old Excel": ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(600)),
    "old Excel as XLSX": ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600)),
    "a workbook as CSV": ("a.csv", _zip(a=b"x")),
    "CSV as a workbook": ("a.xlsx", b"name\nx\n"),
    "a program": ("a.exe", b"MZ"),
    "a page": ("a.html", b"<script>"),
    "no ending": ("customers", b"name\nx\n"),
    "an archive": ("a.zip", _zip(a=b"x")),
    "a PDF": ("a.pdf", b"%PDF-1.7"),
    "JSON": ("a.json", b'[{"name": "x"}]'),
}
#: What is found out as it is read: no customer comes of it.
READ: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("a.csv", lambda: b"\xef\xbb\xbf"),
    "blank lines": ("a.csv", lambda: b"\n\n\n"),
    "no encoding": ("a.csv", lambda: b"name\n\xff\xfe\x00\x81\n"),
    "half of UTF-16": ("a.csv", lambda: codecs.BOM_UTF16_LE + b"n\0a\0m\0e\0\n"),
    "a quote that does not end": ("a.csv", lambda: b'name\n"' + b"x" * 200_000),
    "no such heading": ("a.csv", lambda: b"foo,bar\n1,2\n"),
    "one heading twice": ("a.csv", lambda: b"name,name\nx,y\n"),
    "two names of a heading": ("a.csv", lambda: "name,名称\nx,y\n".encode()),
    "without the name": ("a.csv", lambda: b"email\nx@example.com\n"),
    "no workbook": ("a.xlsx", lambda: b"PK\x03\x04" + b"x" * 1000),
    "a workbook of nothing": ("a.xlsx", lambda: _zip(a=b"x")),
    "a workbook, cut": ("a.xlsx", lambda: _zip(a=b"x" * 1000)[:-20]),
    "a workbook with entities": (
        "a.xlsx",
        lambda: _zip(**{"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
    ),
    "a workbook of many parts": (
        "a.xlsx",
        lambda: _zip(**{f"xl/{n}.xml": b"<x/>" for n in range(2_100)}),
    ),
    "a bomb": ("a.xlsx", lambda: _zip(**{"xl/media/a.png": bytes(200 * 1024 * 1024)})),
}
#: Rows of which none is taken over: each is told of by its line.
ROWS: dict[str, bytes] = {
    "no name": b"name,note\n,x\n",
    "NUL": b"name\na\0b\n",
    "too long": b"name\n" + b"x" * 201 + b"\n",
    "too many cells": b"name\na,b,c\n",
    "no e-mail": b"name,email\nx,nobody.example.com\n",
    "no telephone": b"name,phone\nx,no telephone\n",
    "no tax id": b"name,tax_id\nx,91110000600037341X\n",
    "no level": b"name,level\nx,Z\n",
    "no state": b"name,status\nx,lost\n",
    "no owner": b"name,owner\nx,nobody.here\n",
    "a path as id": b"name,external_id\nx,../etc/passwd\n",
}


async def run(tally: Tally) -> None:
    """Each file as it would be sent by hand."""
    world = tally.worlds["customer"]
    await tally.refuse("customer", _documents(world))
    await tally.refuse("customer", (_upload(name, *each) for name, each in UPLOADS.items()))
    before = await fingerprint(world, JOBS)
    for name, (file, make) in READ.items():
        tally.count("read", name)
        tally.faults += await _imported(world, name, file, make(), "failed")
    for name, content in ROWS.items():
        tally.count("row", name)
        tally.faults += await _imported(world, name, "a.csv", content, "done")
    tally.compare("customer", before, await fingerprint(world, JOBS))


def _documents(world: World) -> Iterator[Case]:
    owner = world.known["customer_id"]
    path = f"/v1/documents/customer?object_type=customer&object_id={owner}"
    for name, (file, make, status, code) in CASES.items():
        if name not in _ELSEWHERE:
            yield _sent(path, name, file, make(), status, code)


def _upload(name: str, file: str, content: bytes) -> Case:
    return _sent(_IMPORT, name, file, content, 415, "unsupported_file")


def _sent(path: str, name: str, file: str, content: bytes, status: int, code: str) -> Case:
    return Case(
        "file",
        name,
        "POST",
        path,
        (("content-type", _FORM), key()),
        _form(file, content),
        frozenset({status}),
        codes=frozenset({code}),
    )


def _form(file: str, content: bytes) -> bytes:
    # As browsers write names into a form.
    named = file.replace('"', "%22").replace("\\", "\\\\").encode(errors="surrogatepass")
    start = b'--kehu-boundary\r\ncontent-disposition: form-data; name="file"; filename="'
    return start + named + b'"\r\n\r\n' + content + b"\r\n--kehu-boundary--\r\n"


async def _imported(world: World, name: str, file: str, content: bytes, status: str) -> list[str]:
    """What is wrong with the job of a file of which no customer may come."""
    asked = Case("", "", "POST", _IMPORT, (("content-type", _FORM), key()), None, frozenset())
    taken = await send(world, Case(**{**asked.__dict__, "content": _form(file, content)}))
    if taken.status != 202:
        return [f"{name}: {taken.status} {taken.text[:300]}"]
    await ImportRunner(world.service.db, [CUSTOMERS]).work()
    path = taken.headers["location"]
    job = await send(world, Case("", "", "GET", path, (), None, frozenset()))
    told = json.loads(job.text)
    found = [f"{name}: is {told['status']}: {job.text[:300]}"] if told["status"] != status else []
    if told["created"] or told["updated"]:
        found.append(f"{name}: was taken over: {job.text[:300]}")
    if LEAK.search(job.text):
        found.append(f"{name}: gives away: {job.text[:300]}")
    return found
