"""Names of files: what is taken, and how a name is told to who fetches the file."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from shared.documents.errors import BadFileName

MAX_BYTES = 255
_FORBIDDEN = frozenset('/\\<>:"|?*\ufffd')
#: Controls, invisible and direction-changing characters, halves of surrogate pairs, private use.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def checked_name(given: str) -> str:
    """Return a file's name in its composed form.

    Raises:
        BadFileName: it is a path, says something else than it shows, or no system would take it.
    """
    name = unicodedata.normalize("NFC", given)
    if not name.strip() or name != name.strip() or name.startswith(".") or name.endswith("."):
        raise BadFileName("Give the file a name that neither begins nor ends with a dot or blank.")
    if len(name.encode(errors="replace")) > MAX_BYTES:
        raise BadFileName(f"The name of a file has at most {MAX_BYTES} bytes.")
    if any(each in _FORBIDDEN or unicodedata.category(each) in _HIDDEN for each in name):
        raise BadFileName("The name has a character that names of files do not have.")
    if _DEVICES.fullmatch(name):
        raise BadFileName("This name means a device to some systems.")
    return name


def stem_of(name: str) -> str:
    """Return a name without its last suffix."""
    return name.rpartition(".")[0]


def suffix_of(name: str) -> str:
    """Return the last suffix of a name, in small letters and without the dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def attachment(name: str) -> str:
    """Return the ``Content-Disposition`` of a file to be saved (RFC 6266, RFC 8187)."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
