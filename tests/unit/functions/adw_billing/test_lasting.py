"""Which warehouses a function forgets."""

# ruff: noqa: S108  (paths that are named, and never written to)
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.lasting import forgetting

if TYPE_CHECKING:
    from pathlib import Path

INSIDE = {"FN_FN_ID": "ocid1.fnfunc.oc1..a"}


@pytest.mark.parametrize("path", ["/tmp/b.duckdb", "/tmp/a/b/c.duckdb", "/var/tmp/b", "/dev/shm/b", "/srv/../tmp/b"])
def test_a_file_in_a_container_s_own_folders_is_forgotten(path: str) -> None:
    assert forgetting(path, INSIDE).startswith(f"{path} is gone with the function's container")


@pytest.mark.parametrize("path", ["", "/mnt/volume/b.duckdb", "/tmpfiles/b.duckdb", "/srv/tmp/b.duckdb"])
def test_other_files_stay_and_no_file_is_none(path: str) -> None:
    assert forgetting(path, INSIDE) == ""


def test_a_link_leads_to_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "to").symlink_to("/mnt")
    assert forgetting(str(tmp_path / "to" / "b.duckdb"), INSIDE) == ""


def test_a_volume_below_tmp_stays() -> None:
    assert forgetting("/tmp/volume/b.duckdb", INSIDE, lambda path: path == "/tmp/volume") == ""


def test_on_a_machine_of_one_s_own_nothing_is_said() -> None:
    assert forgetting("/tmp/b.duckdb", {}) == ""
