"""The steps are numbered without a gap, and what they add is in the tables."""

from __future__ import annotations

from functions.adw_billing.model.schema_steps import SCHEMA_VERSION, STEPS, steps_after
from functions.adw_billing.model.tables import ALL
from tests.support.shared_data import ROOT


def test_steps_have_numbers_without_a_gap() -> None:
    assert [step.version for step in STEPS] == list(range(2, SCHEMA_VERSION + 1))
    assert steps_after(0) == steps_after(1) == STEPS
    assert steps_after(SCHEMA_VERSION - 1) == STEPS[-1:]
    assert steps_after(SCHEMA_VERSION) == ()


def test_a_step_adds_columns_of_tables_that_may_be_empty_in_rows_that_are_there() -> None:
    for step in STEPS:
        for table, column in step.columns:
            assert table in ALL
            assert column in table.columns
            assert not column.required
            assert column.name not in table.key


def test_a_warehouse_of_each_earlier_version_is_kept() -> None:
    kept = sorted(path.name for path in (ROOT / "tests" / "golden").glob("warehouse_*.sql"))
    assert kept == [f"warehouse_{version}.sql" for version in range(1, SCHEMA_VERSION)]
