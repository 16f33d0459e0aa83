"""A multipart form with one file, taken in piece by piece as it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ValidationError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.domain.errors import DomainError, FieldError

FILE_FIELD = "file"
_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 1000
_MAX_NAME = 255


class MalformedUpload(DomainError):
    """The body is not a multipart form with one file."""

    code = "malformed_upload"
    status = 400
    title = "The upload is malformed"


class FileTooLarge(DomainError):
    """The file is larger than the settings allow."""

    code = "file_too_large"
    status = 413
    title = "The file is too large"


@dataclass
class Form:
    """The fields of a form, complete when the pieces of its file are through.

    ``given_name`` is the file's name as it was sent, ``file_name`` what can be shown of it.
    """

    fields: dict[str, str] = field(default_factory=dict)
    file_name: str | None = None
    given_name: str = ""


async def file_pieces(request: Request, form: Form) -> AsyncIterator[bytes]:
    """Yield the file of a form as it arrives; the other fields go into ``form``.

    Raises:
        MalformedUpload: not a multipart form with exactly one file.
    """
    parts = _Parts(form)
    parser = MultipartParser(_boundary(request), parts.callbacks())
    try:
        async for piece in request.stream():
            parser.write(piece)
            for found in parts.drain():
                yield found
        parser.finalize()
    except (FormParserError, UnicodeDecodeError, LookupError) as error:
        raise MalformedUpload(f"The form cannot be read: {error}.") from error
    if not parts.complete or form.file_name is None:
        raise MalformedUpload(f"Send a complete form with a file in the field {FILE_FIELD}.")


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise MalformedUpload("Send multipart/form-data.")
    return options[b"boundary"]


class _Parts:
    """What the parser calls."""

    def __init__(self, form: Form) -> None:
        self.complete = False
        self._form = form
        self._pieces: list[bytes] = []
        self._header: tuple[bytes, bytes] = (b"", b"")
        self._disposition = b""
        self._name: str | None = None
        self._value = b""
        self._count = 0

    def callbacks(self) -> Any:
        """Return the callbacks by the names the parser knows."""
        return {
            "on_part_begin": self._begin,
            "on_header_begin": self._header_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def drain(self) -> list[bytes]:
        """Return the pieces of the file that have come since the last call."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def _begin(self) -> None:
        self._count += 1
        if self._count > _MAX_FIELDS:
            raise MalformedUpload("The form has too many fields.")
        self._disposition, self._name, self._value = b"", None, b""

    def _header_begin(self) -> None:
        self._header = (b"", b"")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], self._header[1])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _header_end(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._disposition = self._header[1]

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode()
        if b"filename" not in options:
            self._name = name
            return
        if name != FILE_FIELD or self._form.file_name is not None:
            raise MalformedUpload(f"Send one file, in the field {FILE_FIELD}.")
        # Only for people to read; nothing is ever stored under this name.
        given = options[b"filename"].decode("utf-8", "replace")
        self._form.given_name = given
        shown = PurePath(given.replace("\\", "/")).name
        self._form.file_name = shown.replace("\0", "")[-_MAX_NAME:]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name is None:
            self._pieces.append(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > _MAX_FIELD_BYTES:
            raise MalformedUpload(f"The field {self._name} is too long.")

    def _end(self) -> None:
        if self._name is not None:
            self._form.fields[self._name] = self._value.decode()

    def _all(self) -> None:
        self.complete = True


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """Return what is wrong with the fields of a form."""
    return tuple(
        FieldError("/" + "/".join(str(step) for step in each["loc"]), each["type"], each["msg"])
        for each in error.errors(include_url=False, include_input=False)
    )


def form_schema(fields: type[BaseModel], file: str, **extra: dict[str, Any]) -> dict[str, Any]:
    """Describe a multipart form for OpenAPI: the file, ``extra`` fields, and those of a model."""
    schema = fields.model_json_schema()
    form = {
        "type": "object",
        "required": [FILE_FIELD],
        "additionalProperties": False,
        "properties": {
            FILE_FIELD: {"type": "string", "format": "binary", "description": file},
            **extra,
            **_inlined(schema["properties"], schema.get("$defs", {})),
        },
    }
    body = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    return {"requestBody": body}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Put what a schema refers to in its place: the document has no such definitions."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        return {name: _inlined(each, definitions) for name, each in schema.items()}
    return [_inlined(each, definitions) for each in schema] if isinstance(schema, list) else schema
