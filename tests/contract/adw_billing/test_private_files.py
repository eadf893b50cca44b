"""Files of the embedded warehouse: who may read them."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from shared.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse


@pytest.fixture(params=[0o000, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_file(path: Path) -> DuckDbWarehouse:
    return open_warehouse(str(path), Deadline.after(60), call_id="c", cost_from="cost", margin_seconds=0)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}


def test_the_file_its_log_and_its_folder_are_the_owners_alone(tmp_path: Path, umask: int) -> None:
    folder = tmp_path / "volume"
    warehouse = open_file(folder / "billing.duckdb")
    warehouse.migrate()
    assert modes(folder) == {"volume": 0o700, "billing.duckdb": 0o600, "billing.duckdb.wal": 0o600}
    warehouse.close()
    assert modes(folder) == {"volume": 0o700, "billing.duckdb": 0o600}
    assert os.umask(umask) == umask  # what others make in this process has the mode that it had


def test_a_folder_and_a_file_that_are_there_keep_their_modes(tmp_path: Path) -> None:
    folder = tmp_path / "volume"
    folder.mkdir(mode=0o755)
    path = folder / "billing.duckdb"
    open_file(path).close()
    path.chmod(0o640)
    open_file(path).close()
    assert modes(folder) == {"volume": 0o755, "billing.duckdb": 0o640}
