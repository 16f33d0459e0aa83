"""Logs are JSON lines for machines, and never show what a function held in its hands."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import logging, structlog
from shared.logging import configure
configure({level!r})
log = structlog.get_logger("kehu.test")

def sign_in(password):
    raise ValueError("wrong")

log.info("ready", address="http://127.0.0.1:8000", 客户="华为")
log.debug("detail")
logging.getLogger("some.library").warning("careful %s", "now")
try:
    sign_in("correct horse")
except ValueError:
    log.exception("failed")
"""


def logged(level: str | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(level=level)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin"},
    )
    assert done.stdout == "", "logs go to standard error"
    return done.stderr


def test_every_line_is_a_json_object() -> None:
    lines = [json.loads(line) for line in logged().splitlines()]
    assert [line["event"] for line in lines] == ["ready", "careful now", "failed"]
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert lines[0]["客户"] == "华为"
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert lines[1]["logger"] == "some.library"


def test_a_traceback_shows_where_but_not_with_what() -> None:
    text = logged()
    failed = json.loads(text.splitlines()[-1])
    frames = failed["exception"][0]["frames"]
    assert [frame["name"] for frame in frames] == ["<module>", "sign_in"]
    assert "correct horse" not in text


def test_the_level_can_be_set() -> None:
    assert '"detail"' in logged("debug")
    assert '"ready"' not in logged("error")
