"""Refusals of documents, and what is wrong with stored files."""

from __future__ import annotations

from shared.domain.errors import Conflict, DomainError, Forbidden, Unavailable


class UnsupportedContent(DomainError):
    """The content is none of the formats that are kept, or not what its name says."""

    code = "unsupported_content"
    status = 415
    title = "This kind of file is not kept"


class BadFileName(DomainError):
    """A name that no file of ours may have."""

    code = "bad_file_name"
    title = "The name of the file is not acceptable"


class HarmfulFile(DomainError):
    """A file that is broken, or made to harm who opens it."""

    code = "harmful_file"
    title = "The file is broken or harmful"


class DocumentArchived(Conflict):
    """An archived document is only read."""

    code = "document_archived"
    title = "The document is archived"


class FileErased(DomainError):
    """The file was about a person whose data were erased."""

    code = "file_erased"
    status = 410
    title = "The file was erased"


class TooManyVersions(Conflict):
    """A document has as many versions as one may have."""

    code = "too_many_versions"
    title = "The document has too many versions"


class OwnFile(Forbidden):
    """Who sent a file does not verify it."""

    code = "own_file"
    title = "A second person has to check this"


class RangeNotSatisfiable(DomainError):
    """The range lies behind the end of the file."""

    code = "range_not_satisfiable"
    status = 416
    title = "The file has no such part"


class UploadGivenUp(Conflict):
    """The upload took so long that its file was cleared away."""

    code = "upload_given_up"
    title = "The upload took too long"


class StorageUnavailable(Unavailable):
    """The place where files lie does not answer, or takes none."""

    code = "storage_unavailable"


class DamagedFile(Unavailable):
    """The stored file is not there, or not what was stored, until an operator brings it back."""

    code = "damaged_file"
    title = "The stored file is damaged"
