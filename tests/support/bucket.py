"""A real server that speaks S3 and keeps its objects on disk: S3Proxy, fetched once through Maven
into the cache of the checkout, with one bucket."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from shared.embedded.state import HOST, free_port
from shared.host.console import Say
from tests.support.guarding import cleaned_up
from tests.support.kafka.distribution import ROOT, fetch_jars, find_java, is_complete, locked
from tests.support.postgres import free_folder

DEPLOY = ROOT / "deploy" / "s3"
CACHE = ROOT / ".cache" / "s3"
BUCKET, ACCESS_KEY, SECRET_KEY = "kehu-tests", "kehu", "correct-horse-battery"

_POM = DEPLOY / "pom.xml"
_OPTIONS = ("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_SETTINGS = """
s3proxy.endpoint=http://{host}:{port}
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity={access_key}
s3proxy.credential={secret_key}
s3proxy.ignore-unknown-headers=true
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir={data}
"""
_START_SECONDS = 60.0


@dataclass(frozen=True)
class Bucket:
    """A running server. ``objects`` is the folder in which those of the bucket lie."""

    endpoint: str
    objects: Path

    @property
    def settings(self) -> dict[str, str]:
        """How a service is told of it."""
        return {
            "KEHU_DOCUMENTS": f"s3://{BUCKET}/files",
            "KEHU_DOCUMENTS_ENDPOINT": self.endpoint,
            "KEHU_DOCUMENTS_ACCESS_KEY": ACCESS_KEY,
            "KEHU_DOCUMENTS_SECRET_KEY": SECRET_KEY,
        }


def fetch(say: Say) -> Path:
    """Return the folder with the pinned server, fetching it the first time.

    Raises:
        KafkaError: Java or Maven is missing, or Maven could not fetch it.
    """
    with locked(CACHE):
        if not is_complete(_POM, CACHE / "server"):
            say("fetching S3Proxy through Maven, once (about 50 MB)")
            fetch_jars(_POM, CACHE / "server")
    return CACHE / "server" / "libs"


@contextmanager
def own_bucket(libraries: Path, folder: Path) -> Iterator[Bucket]:
    """Run the server on an empty folder for the time of the block, and no longer."""
    java, _ = find_java()
    port, data = free_port(), folder / "data"
    (data / BUCKET).mkdir(parents=True)
    keys = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    settings = folder / "s3proxy.conf"
    settings.write_text(_SETTINGS.format(host=HOST, port=port, data=data, **keys))
    log = folder / "s3proxy.log"
    command = [str(java), *_OPTIONS, f"-Dlogback.configurationFile={DEPLOY / 'logback.xml'}"]
    command += ["-cp", f"{libraries}/*", "org.gaul.s3proxy.Main", "--properties", str(settings)]
    _, lock = free_folder("s3-")
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        with cleaned_up(["kill", "-9", str(process.pid)], lock):
            _await(process, f"http://{HOST}:{port}", log)
            yield Bucket(f"http://{HOST}:{port}", data / BUCKET)
    finally:
        process.kill()
        process.wait()
        os.close(lock)


def _await(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            httpx.get(endpoint, timeout=2, trust_env=False)
            return
        except httpx.TransportError:
            assert process.poll() is None, f"S3Proxy ended:\n{log.read_text()[-3000:]}"
            assert time.monotonic() < deadline, f"S3Proxy is silent:\n{log.read_text()[-3000:]}"
            time.sleep(0.1)
