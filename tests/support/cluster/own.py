"""A cluster of a run's own: on a folder that no other run holds, empty, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.cluster.cluster import Cluster, end_all_of
from tests.support.guarding import cleaned_up
from tests.support.postgres import free_folder
from tests.support.system import ADMIN_PASSWORD


@asynccontextmanager
async def new_cluster(
    *, settings: dict[str, str] | None = None, **how: Any
) -> AsyncIterator[Cluster]:
    """A cluster, not started yet. What a killed run left in its place is ended first."""
    told = {"KEHU_CUSTOMER_ADMIN_PASSWORD": ADMIN_PASSWORD, "KEHU_LOG_LEVEL": "warning"}
    folder, lock = free_folder("cluster")
    try:
        end_all_of(folder)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o755)
        cluster = Cluster(folder, settings=told | (settings or {}), **how)
        command = [sys.executable, "-m", "tests.support.cluster", "stop", "--data", str(folder)]
        with cleaned_up(command, lock):
            try:
                yield cluster
            finally:
                end_all_of(folder)
    finally:
        os.close(lock)
