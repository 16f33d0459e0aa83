"""ETags from versions (``"v17"``, strong) and ``If-Match`` back to a version."""

from __future__ import annotations

import re

from shared.domain.errors import DomainError

_ETAG = re.compile(r'"v([1-9][0-9]{0,17})"', re.ASCII)


class MalformedIfMatch(DomainError):
    """``If-Match`` is not one strong ETag of ours."""

    code = "malformed_if_match"
    status = 400
    title = "If-Match is malformed"


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"v{version}"'


def parse_if_match(header: str) -> int | None:
    """Return the version a caller expects; None for ``*``, which any version satisfies.

    Raises:
        MalformedIfMatch: a weak tag, a list, or something else.
    """
    if header.strip() == "*":
        return None
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        raise MalformedIfMatch('Send the ETag that a read gave, such as "v17".')
    return int(match[1])
