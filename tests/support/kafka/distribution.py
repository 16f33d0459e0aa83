"""Where Kafka comes from: its jars, fetched once through Maven into the cache of the checkout."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.host.console import Say
from tests.support.kafka.errors import KafkaError

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy" / "kafka"
CACHE = ROOT / ".cache" / "kafka"
OLDEST_JAVA = 17

_POM = DEPLOY / "pom.xml"
_REMEDY = (
    f"Kafka needs Java {OLDEST_JAVA} or newer and Maven. Debian or Ubuntu: apt-get install "
    "openjdk-17-jre-headless maven (or a newer openjdk). macOS: brew install openjdk maven. "
    "A cluster that runs already can be named instead: KEHU_KAFKA=host:port."
)
_OUTPUT_SHOWN = 3000


@dataclass(frozen=True)
class Distribution:
    """A Java that is new enough, and a folder with the jars of one version of Kafka.

    ``archive`` holds their classes as this Java keeps them (see `quick_start`); it may be missing.
    """

    java: Path
    libraries: Path
    version: str
    archive: Path

    def command(self, main: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
        """The command line of one of Kafka's programs."""
        command = [str(self.java), *options]
        if self.archive.exists() and self.archive.stat().st_size:
            command.append(f"-XX:SharedArchiveFile={self.archive}")
        return [*command, "-cp", f"{self.libraries}/*", main, *arguments]


def find_distribution(say: Say) -> Distribution:
    """Return the pinned Kafka, fetching it the first time.

    Raises:
        KafkaError: Java or Maven is missing, or Maven could not fetch it.
    """
    java, java_version = find_java()
    version = _pinned_version()
    folder = CACHE / version
    with locked():
        if not is_complete(_POM, folder):
            say(f"fetching Apache Kafka {version} through Maven, once (about 50 MB)")
            fetch_jars(_POM, folder)
    of_this_java = hashlib.sha256(java_version.encode()).hexdigest()[:8]
    return Distribution(java, folder / "libs", version, folder / f"classes-{of_this_java}.jsa")


def _pinned_version() -> str:
    found = re.search(r"<kafka\.version>(.+?)</kafka\.version>", _POM.read_text())
    if found is None:
        raise KafkaError(f"{_POM} names no version of Kafka.")
    return found[1]


def find_java() -> tuple[Path, str]:
    """The Java of JAVA_HOME or of the PATH, and what it says about its version."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None:
        raise KafkaError(f"There is no java here. {_REMEDY}")
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    except OSError as error:
        raise KafkaError(f"{java} does not run ({error.strerror}). {_REMEDY}") from error
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise KafkaError(f"{java} is too old: {said.strip()}\n{_REMEDY}")
    return Path(java), said


def is_complete(pom: Path, folder: Path) -> bool:
    """The jars are those of the pom as it is now."""
    made_for = folder / "pom.xml"
    return made_for.exists() and made_for.read_bytes() == pom.read_bytes()


def fetch_jars(pom: Path, folder: Path) -> None:
    """Copy what a pom names into a folder beside, renamed when complete: no half is ever there."""
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaError(f"There is no mvn here. {_REMEDY}")
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    command = [maven, "--batch-mode", "--quiet", "--file", str(pom)]
    command += [f"-Dmaven.repo.local={ROOT / '.cache' / 'maven'}", "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={draft / 'libs'}", "-DincludeScope=runtime"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-_OUTPUT_SHOWN:]
        raise KafkaError(f"Maven could not fetch what {pom} names:\n{said}")
    shutil.copy(pom, draft / "pom.xml")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


@contextmanager
def locked(cache: Path = CACHE) -> Iterator[None]:
    """One process at a time changes the cache; the others wait and find it changed."""
    cache.mkdir(parents=True, exist_ok=True)
    handle = os.open(cache / "fetch.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
