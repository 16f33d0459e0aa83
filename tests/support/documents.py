"""Files of the formats that are kept, as small as they can be, and how they are sent."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from uuid import UUID

import httpx

from shared.documents.formats import FORMATS

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\0IEND\xaeB\x60\x82"
)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + bytes(16) + b"\xff\xd9"
TIFF = b"II*\0\x08\0\0\0" + bytes(24)
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L" + bytes(18)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(16)
TYPES = b'<?xml version="1.0"?><Types/>'


def zipped(*parts: tuple[str, bytes], level: int | None = None) -> bytes:
    """An archive of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return made.getvalue()


def office(part: str = "word/document.xml", *parts: tuple[str, bytes]) -> bytes:
    """A document of Word, or what holds another part."""
    return zipped(("[Content_Types].xml", TYPES), (part, b"<document/>"), *parts)


def good_files() -> dict[str, bytes]:
    """A file of each ending that is kept, by its name."""
    text = "合同编号,金额\nHT-1,100.00\n"
    contents = {
        "pdf": PDF,
        "png": PNG,
        "jpg": JPEG,
        "jpeg": JPEG,
        "tif": TIFF,
        "tiff": TIFF,
        "webp": WEBP,
        "heic": HEIC,
        "heif": HEIC,
        "docx": office(),
        "xlsx": office("xl/workbook.xml"),
        "pptx": office("ppt/presentation.xml"),
        "ofd": zipped(("OFD.xml", TYPES)),
        "txt": text.encode("gb18030"),
        "csv": text.encode("utf-8-sig"),
    }
    assert contents.keys() == {suffix for each in FORMATS for suffix in each.suffixes}
    return {f"合同.{suffix}": content for suffix, content in contents.items()}


def form(name: str, content: bytes) -> dict[str, Any]:
    """A file as httpx sends it."""
    return {"file": (name, content, "application/octet-stream")}


async def send(
    client: httpx.AsyncClient,
    base: str,
    object_type: str,
    object_id: UUID | str,
    content: bytes = PDF,
    name: str = "合同.pdf",
    *,
    headers: dict[str, str] | None = None,
    **fields: str,
) -> httpx.Response:
    """Attach a file to an object."""
    return await client.post(
        base,
        params={"object_type": object_type, "object_id": str(object_id)},
        files=form(name, content),
        data=fields,
        headers=headers,
    )


async def attached(*args: Any, **kwargs: Any) -> dict[str, Any]:
    """Attach a file, which has to succeed; the document."""
    answer = await send(*args, **kwargs)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
