"""How long an address and how large headers may be; bodies are limited where they are read."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from shared.domain.errors import DomainError

MOST_ADDRESS_BYTES = 8 * 1024
MOST_HEADERS = 100
MOST_HEADER_BYTES = 32 * 1024


class MalformedAddress(DomainError):
    """The path or query is no text, or has a character that no column could hold."""

    code = "bad_request"
    status = 400
    title = "Malformed address"


class AddressTooLong(DomainError):
    """The path and query together are longer than any of ours."""

    code = "address_too_long"
    status = 414
    title = "The address is too long"


class HeadersTooLarge(DomainError):
    """There are too many headers, or too much in them."""

    code = "headers_too_large"
    status = 431
    title = "The headers are too large"


def check_sizes(scope: Scope) -> None:
    """Refuse what no service has to look at.

    Raises:
        AddressTooLong, MalformedAddress, HeadersTooLarge: so it is.
    """
    address = (scope.get("raw_path") or b"") + b"?" + scope["query_string"]
    if len(address) > MOST_ADDRESS_BYTES:
        raise AddressTooLong(f"An address of at most {MOST_ADDRESS_BYTES} bytes is taken here.")
    if (b"%" in address or not address.isascii()) and _is_no_text(address):
        raise MalformedAddress("The path or query has a character that is not acceptable.")
    headers = scope["headers"]
    if len(headers) > MOST_HEADERS or _length(headers) > MOST_HEADER_BYTES:
        raise HeadersTooLarge(
            f"At most {MOST_HEADERS} headers of {MOST_HEADER_BYTES} bytes in all are taken here."
        )


def _length(headers: list[tuple[bytes, bytes]]) -> int:
    return sum([len(name) + len(value) for name, value in headers])


def _is_no_text(address: bytes) -> bool:
    try:
        return "\0" in unquote_to_bytes(address).decode()
    except UnicodeDecodeError:
        return True
