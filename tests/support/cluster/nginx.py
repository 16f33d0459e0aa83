"""nginx before the processes of a cluster: found, configured, run as a program of ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from shared.host.commands.ingress import write_configuration

_REMEDY = "Debian or Ubuntu: apt-get install nginx. macOS: brew install nginx."
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_MAIN = """\
# One process, in the foreground, which needs no rights and leaves nothing behind when it is killed.
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
{temporary}
    include {folder}/kehu.conf;
}}
"""


class NginxMissing(RuntimeError):
    """There is no nginx here; the message says how to get it."""


def find_nginx() -> str:
    """Return the program; Debian keeps it where only root's PATH leads."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    found = shutil.which("nginx", path=path)
    if found is None:
        raise NginxMissing(f"The cluster's ingress is nginx, and there is none here. {_REMEDY}")
    return found


def configure(folder: Path, listen: str, addresses: Mapping[str, str]) -> list[str]:
    """Write the configuration into the folder; return the command that runs it."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = "\n".join(f"    {kind}_temp_path {folder}/{kind};" for kind in _TEMPORARY)
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, temporary=temporary))
    by_service = {name: [address] for name, address in addresses.items()}
    (folder / "kehu.conf").write_text(write_configuration(by_service, listen))
    return [find_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
