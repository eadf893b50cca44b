"""Whether a warehouse's file outlives the function's container."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORGOTTEN_FOLDERS = frozenset({"/tmp", "/var/tmp", "/dev/shm"})  # noqa: S108  (named, not written to)
"""What a container of a function may write, in memory or on a disk of its own: both go with it (Oracle, "Changing
Default Memory and Timeout Settings", size of /tmp)."""
FUNCTION_KEY = "FN_FN_ID"
"""Fn's own variable, which a process has inside a function only; the FDK hands it over with the config."""


def forgetting(path: str, config: Mapping[str, str], is_mount: Callable[[str], bool] = os.path.ismount) -> str:
    """Return a warning where the file at ``path`` is gone with the container; empty where it stays, or no function."""
    if not path or not config.get(FUNCTION_KEY) or not _forgotten(Path(os.path.realpath(path)), is_mount):
        return ""
    return f"{path} is gone with the function's container: what is loaded lasts minutes; mount a volume, or set db_dsn"


def _forgotten(path: Path, is_mount: Callable[[str], bool]) -> bool:
    for parent in path.parents:
        if str(parent) in FORGOTTEN_FOLDERS:
            return True
        if is_mount(str(parent)):  # a volume below /tmp stays
            return False
    return False
