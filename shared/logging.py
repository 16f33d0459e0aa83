"""Logging: structlog, human lines on a terminal and JSON lines elsewhere, on standard error.

Tracebacks never show local variables: they may hold passwords and personal data.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog

LEVEL = "KEHU_LOG_LEVEL"


def configure(level: str | None = None) -> None:
    """Set up logging for this process; called by commands, never on import.

    ``level`` defaults to ``KEHU_LOG_LEVEL`` and then to ``info``.
    """
    wanted = (level or os.environ.get(LEVEL) or "info").upper()
    threshold = logging.getLevelNamesMapping().get(wanted, logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_for_people() if sys.stderr.isatty() else _for_machines()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _quieten_libraries(max(threshold, logging.WARNING))
    # Errors by its own word, and the most ordinary thing while a cluster starts; it tries again.
    logging.getLogger("aiokafka.consumer.group_coordinator").setLevel(logging.CRITICAL)


def _for_people() -> list[Any]:
    traceback = structlog.dev.RichTracebackFormatter(show_locals=False)
    return [structlog.dev.ConsoleRenderer(exception_formatter=traceback)]


def _for_machines() -> list[Any]:
    traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(traceback),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _quieten_libraries(threshold: int) -> None:
    """Let libraries that use the standard logging speak through ours, from warnings on."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *(_for_people() if sys.stderr.isatty() else _for_machines()),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=threshold, force=True)
