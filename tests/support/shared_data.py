"""Where the data files that are not part of the project lie, if they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shared_file(relative: str) -> Path:
    """Return the file below `../shared` (or the folder of SUITE_SHARED); skip the test where it is missing."""
    folder = Path(os.environ.get("SUITE_SHARED", ROOT.parent / "shared"))
    path = folder / relative
    if not path.exists():
        pytest.skip(f"no {relative} beside the project (set SUITE_SHARED to its folder)")
    return path
