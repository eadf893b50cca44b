"""Where the loader's tests on real files read from and write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for reports, empty."""
    reports = tmp_path / "reports"
    reports.mkdir()
    return reports


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """The path of an embedded warehouse that is not there yet."""
    return tmp_path / "billing.duckdb"
