"""Refusals of import jobs, and why a file cannot be read."""

from __future__ import annotations

from shared.domain.errors import Conflict, DomainError


class UnsupportedFile(DomainError):
    """Neither CSV nor XLSX, or its name says something else than its content."""

    code = "unsupported_file"
    status = 415
    title = "Send a CSV or XLSX file"


class ImportOver(Conflict):
    """The job has ended; it cannot be cancelled any more."""

    code = "import_over"
    title = "The import has ended"


class BadFile(Exception):
    """The file cannot be read further: the job ends here. ``line`` says where, if known."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
