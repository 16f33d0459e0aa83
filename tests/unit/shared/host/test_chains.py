"""Heads of the audit that were noted elsewhere, as the command line takes them."""

from __future__ import annotations

import pytest

from shared.audit.store import Head
from shared.host.chains import read_heads
from shared.host.errors import HostError

HASH = "0123456789abcdef" * 4


def test_heads_are_read_by_service() -> None:
    assert read_heads([f"order:12:{HASH}", f"customer:1:{HASH}"]) == {
        "order": Head(12, None, bytes.fromhex(HASH)),
        "customer": Head(1, None, bytes.fromhex(HASH)),
    }


@pytest.mark.parametrize(
    "text", ["", "order", f"order:0:{HASH}", f"order:{HASH}", "order:1:abc", f"unicorn:1:{HASH}"]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(HostError, match="is no head"):
        read_heads([text])
