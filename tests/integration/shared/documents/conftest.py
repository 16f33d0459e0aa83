"""The storages that documents lie in: a folder, and a bucket of a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.documents.blobs import BlobStore
from shared.documents.settings import DocumentSettings, storage
from tests.support.bucket import Bucket, fetch, own_bucket


@dataclass(frozen=True)
class Place:
    """A storage, how services are told of it, and the folder its bytes come to lie in."""

    settings: dict[str, str]
    folder: Path

    @property
    def store(self) -> BlobStore:
        """The storage itself."""
        return storage(DocumentSettings(**self.settings))  # type: ignore[arg-type]

    def files(self) -> list[Path]:
        """All files in it."""
        return [each for each in self.folder.rglob("*") if each.is_file()]


@pytest.fixture(scope="session")
def bucket(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bucket]:
    """The run's S3 server; where it is fetched, the run says what it waits for."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        libraries = fetch(lambda line: print(f"\n{line}", flush=True))
    with own_bucket(libraries, tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture(scope="module", params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Each storage in turn."""
    if request.param == "folder":
        folder = tmp_path_factory.mktemp("blobs")
        return Place({"KEHU_DOCUMENTS": str(folder)}, folder)
    found: Bucket = request.getfixturevalue("bucket")
    return Place(found.settings, found.objects)
