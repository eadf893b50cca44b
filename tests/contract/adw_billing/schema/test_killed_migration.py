"""A migration that is killed at any statement is taken up by the next call, on both engines."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from functions.adw_billing.errors import DatabaseError
from functions.adw_billing.model.schema_steps import SCHEMA_VERSION
from functions.adw_billing.model.tables import ALL, DAILY
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from functions.adw_billing.warehouse.oracle.migration.schema import migrate
from functions.adw_billing.warehouse.oracle.migration.schema_steps import do_steps
from functions.adw_billing.warehouse.oracle.names import Sql, text_of
from shared.deadline import Deadline
from tests.support.billing_files import query
from tests.support.shared_data import ROOT
from tests.support.translated_oracle import TranslatedSession

if TYPE_CHECKING:
    from pathlib import Path

OLD = ROOT / "tests" / "golden" / "warehouse_2.sql"


def sweep(tmp_path: Path, every: int) -> dict[str, Any]:
    warehouse, work = tmp_path / "old.duckdb", tmp_path / "work"
    work.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(OLD.read_text(encoding="utf-8"))
    module = "tests.contract.adw_billing.schema.kill_migrations"
    command = [sys.executable, "-m", module, str(warehouse), str(work), str(every)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603  (ours)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("every", [31, pytest.param(1, marks=pytest.mark.soak)])
def test_a_file_whose_migration_was_killed_is_as_before_and_then_as_if_it_was_not(tmp_path: Path, every: int) -> None:
    found = sweep(tmp_path, every)
    assert found["changed"]
    assert found["differing"] == []
    assert found["left_as_before"] == found["killed"] == len(range(1, found["statements"] + 1, every))


class MortalSession(TranslatedSession):
    """A session that ends before one of its requests; what it has not committed is undone."""

    def __init__(self) -> None:
        super().__init__()
        self.database.execute(OLD.read_text(encoding="utf-8"))
        self.requests: list[str] = []
        self.kill_at = -1

    def rows(self, statement: Sql, **binds: object) -> list[tuple[Any, ...]]:
        self._step(text_of(statement, self.names))
        return super().rows(statement, **binds)

    def run(self, statement: Sql, **binds: object) -> int:
        self._step(text_of(statement, self.names))
        return super().run(statement, **binds)

    def many(self, statement: Sql, rows: Any) -> None:
        self._step(text_of(statement, self.names))
        super().many(statement, rows)

    def commit(self) -> None:
        self._step("COMMIT")
        super().commit()

    def _step(self, request: str) -> None:
        if self.kill_at == len(self.requests):
            self.rollback()
            raise DatabaseError("killed", code="ORA-00028")
        self.requests.append(request)


def steps(session: MortalSession) -> None:
    do_steps(session, 2, {DAILY.name})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole() -> MortalSession:
    """A session whose steps nobody killed."""
    session = MortalSession()
    steps(session)
    return session


def killed_at(point: int) -> MortalSession:
    """A session whose steps were killed there, ready for the next."""
    session = MortalSession()
    session.kill_at = point
    with pytest.raises(DatabaseError):
        steps(session)
    session.kill_at = -1
    session.requests.clear()
    return session


def places(session: MortalSession, begin: str) -> list[int]:
    return [at for at, request in enumerate(session.requests) if request.startswith(begin)]


def summary(session: MortalSession) -> list[tuple[Any, ...]]:
    names = "tenancy_id, usage_day, dialect, subaccount_id, region, compartment_id, sku, cost, row_count"
    return session.database.execute(f"SELECT {names} FROM oci_cost_daily ORDER BY {names}").fetchall()


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.soak)])
def test_a_schema_whose_migration_was_killed_is_taken_up(whole: MortalSession, every: int) -> None:
    assert len(whole.requests) > 30
    for point in range(0, len(whole.requests), every):
        session = killed_at(point)
        steps(session)
        assert summary(session) == summary(whole), whole.requests[point]


def test_the_months_before_the_kill_are_not_summed_up_again(whole: MortalSession) -> None:
    months = places(whole, "DELETE FROM oci_cost_daily")
    session = killed_at(months[-1])
    steps(session)
    assert len(months) == 4  # 2026-01 has two dialects
    assert len(places(session, "DELETE FROM oci_cost_daily")) == 1


def test_a_migration_leaves_nothing_of_its_steps_but_the_version() -> None:
    session = killed_at(20)
    migrate(session)  # type: ignore[arg-type]
    assert session.rows("SELECT name, value FROM oci_loader WHERE name LIKE 's%'") == [
        ("schema_version", str(SCHEMA_VERSION))
    ]


def test_a_schema_ends_with_all_columns_of_the_tables() -> None:
    session = MortalSession()
    migrate(session)  # type: ignore[arg-type]
    names = "SELECT table_name, lower(column_name) FROM duckdb_columns() WHERE NOT internal"
    found = set(session.database.execute(names).fetchall())
    assert {(table.name, name.lower()) for table in ALL for name in table.names} <= found


def test_the_summary_is_the_embedded_warehouses(whole: MortalSession, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(OLD.read_text(encoding="utf-8"))
    warehouse = open_warehouse(str(path), Deadline.after(60), call_id="c", cost_from="", margin_seconds=0)
    warehouse.migrate()
    warehouse.close()
    names = "tenancy_id, usage_day, dialect, subaccount_id, region, compartment_id, sku, cost, row_count"
    assert summary(whole) == query(path, f"SELECT {names} FROM oci_cost_daily ORDER BY {names}")
