"""The server process as the operating system sees it: alive, stale or orphaned."""

from pathlib import Path

import psutil

from shared.embedded.errors import EmbeddedPostgresError


def running_postmaster(cluster: Path) -> int | None:
    """The process id of the live server on this folder, whoever started it."""
    pid = _noted_pid(cluster)
    return pid if pid is not None and _is_postmaster_of(pid, cluster) else None


def clear_remains(cluster: Path) -> None:
    """Removes what a killed server leaves and a new one stumbles over.

    Call only when no postmaster runs here. Its children may outlive it for a while and hold
    the shared memory; without their postmaster they can do nothing useful, and the recovery
    that follows is the same with or without them.
    """
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and process.cwd() == str(cluster):
                process.kill()
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue  # another user's, or gone


def _noted_pid(cluster: Path) -> int | None:
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"the data in {cluster} belongs to another user; run this as that user or as root, "
            "or name another data folder in KEHU_DATA"
        ) from error
    if not lines or not lines[0].strip().isdigit():
        return None
    return int(lines[0])


def _is_postmaster_of(pid: int, cluster: Path) -> bool:
    """A process id is used again after a crash or a reboot, so look at what runs under it."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.name().startswith("postgres") and str(cluster) in process.cmdline()
    except psutil.AccessDenied:
        return True  # hidden from us, so not ours to declare dead
    except psutil.NoSuchProcess:
        return False
