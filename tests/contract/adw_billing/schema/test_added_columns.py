"""A step that adds a column to a table of rows, as a later version may: nothing shifts, nothing staged breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from functions.adw_billing.model.columns import Column, Table
from functions.adw_billing.model.schema_steps import Step
from functions.adw_billing.model.tables import COST, REPORT
from functions.adw_billing.warehouse.duckdb.file import connect
from functions.adw_billing.warehouse.duckdb.schema import do_step
from functions.adw_billing.warehouse.duckdb.session import Session
from functions.adw_billing.warehouse.oracle.migration import schema_steps
from shared.deadline import Deadline
from tests.support.shared_data import ROOT
from tests.support.translated_oracle import TranslatedSession

if TYPE_CHECKING:
    from pathlib import Path

OLD = (ROOT / "tests" / "golden" / "warehouse_2.sql").read_text(encoding="utf-8")
NEW = Column("cost_new")
WIDER = Table(COST.name, (*COST.columns[:9], NEW, *COST.columns[9:]))
STEP = Step(99, "a column in the middle", adds=((WIDER, ("cost_new",)), (Table(REPORT.name, (NEW,)), ("cost_new",))))


def test_the_embedded_warehouse_has_it_in_the_stage_too_and_every_value_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(OLD)
        connection.execute("INSERT INTO oci_cost_stage SELECT * FROM oci_cost")
        before = connection.execute("SELECT * FROM oci_cost ORDER BY ALL").fetchall()
    session = Session(connect(str(path), Deadline.after(30), 0))
    for _ in range(2):  # the second finds it done
        do_step(session, STEP)
    session.run(f"INSERT INTO oci_cost BY NAME SELECT {', '.join(WIDER.names)} FROM oci_cost_stage")
    found = session.all("SELECT * EXCLUDE (cost_new), cost_new FROM oci_cost ORDER BY ALL")
    session.connection.close()
    assert found == sorted([(*row, None) for row in before * 2], key=lambda row: row[2:4])


def test_oracle_lets_go_of_what_is_staged_without_it() -> None:
    session = TranslatedSession()
    session.database.execute(OLD)
    claim = "INSERT INTO oci_report_claim (tenancy_id, object_name, object_etag) VALUES ('t', 'o', 'e')"
    session.database.execute(claim)
    before = session.rows("SELECT * FROM oci_cost ORDER BY object_row")
    present = {"oci_cost", "oci_report", "oci_report_claim"}
    for _ in range(2):
        schema_steps.do_step(session, STEP, present)  # type: ignore[arg-type]
    assert session.rows("SELECT * FROM oci_cost ORDER BY object_row") == [(*row, None) for row in before]
    assert session.rows("SELECT * FROM oci_report_claim") == []
    session.run(claim)
    schema_steps.do_step(session, Step(99, "the ledger alone", adds=STEP.adds[1:]), present)  # type: ignore[arg-type]
    assert len(session.rows("SELECT * FROM oci_report_claim")) == 1
