"""Settings of a service with documents, and the storage that they name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from shared.documents.blobs import BlobStore
from shared.documents.local import LocalStore
from shared.embedded import default_data_dir

_BUCKET = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9])(/(?P<prefix>[^?#]*))?")


class DocumentSettings(BaseSettings):
    """To be inherited beside ServiceSettings."""

    document_max_bytes: int = Field(
        default=50 * 1024 * 1024, ge=1024, description="largest file that is kept"
    )
    documents: str = Field(
        default_factory=lambda: str(default_data_dir() / "documents"),
        validation_alias="KEHU_DOCUMENTS",
        description="where files lie: a folder, or s3://bucket/prefix; the same for all services",
    )
    documents_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://",
        validation_alias="KEHU_DOCUMENTS_ENDPOINT",
        description="of storage that speaks S3, unless it is Amazon's",
    )
    documents_region: str = Field(
        default="us-east-1",
        validation_alias="KEHU_DOCUMENTS_REGION",
        description="of the bucket",
    )
    documents_access_key: SecretStr | None = Field(
        default=None,
        validation_alias="KEHU_DOCUMENTS_ACCESS_KEY",
        description="of the bucket; what AWS_… or the machine says unless given",
    )
    documents_secret_key: SecretStr | None = Field(
        default=None, validation_alias="KEHU_DOCUMENTS_SECRET_KEY", description="beside it"
    )

    @field_validator("documents")
    @classmethod
    def _folder_or_bucket(cls, place: str) -> str:
        if "://" in place and not _BUCKET.fullmatch(place):
            raise ValueError("name a folder, or s3://bucket/prefix")
        return place


def storage(settings: DocumentSettings) -> BlobStore:
    """Return the storage that the settings name; one for the same settings."""
    access, secret = settings.documents_access_key, settings.documents_secret_key
    return _storage(
        settings.documents,
        settings.documents_endpoint,
        settings.documents_region,
        access.get_secret_value() if access else None,
        secret.get_secret_value() if secret else None,
    )


@cache
def _storage(
    place: str, endpoint: str | None, region: str, access: str | None, secret: str | None
) -> BlobStore:
    bucket = _BUCKET.fullmatch(place)
    if bucket is None:
        return LocalStore(Path(place).expanduser().resolve())
    from shared.documents.s3 import BucketStore  # it takes a while, and few use it

    return BucketStore(
        bucket["bucket"],
        (bucket["prefix"] or "").strip("/"),
        region=region,
        endpoint=endpoint,
        access_key=access,
        secret_key=secret,
    )
