"""Every statement of the Oracle engine: read by sqlglot's Oracle dialect, and run in translation on DuckDB."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import exp

from emulator.reports.billing_history import BillingHistory
from emulator.reports.generated_report import make_report
from functions.adw_billing.errors import ProofFailed, WarehouseUnusable
from functions.adw_billing.model.schema_steps import SCHEMA_VERSION
from functions.adw_billing.model.tables import ALL, BILLING
from functions.adw_billing.model.warehouse import ObjectKey, Outcome, Progress, Rejected, Sums
from functions.adw_billing.warehouse.oracle import claim_sql
from functions.adw_billing.warehouse.oracle import sql as oracle_sql
from functions.adw_billing.warehouse.oracle import views as oracle_views
from functions.adw_billing.warehouse.oracle.errors import ConnectionLost
from functions.adw_billing.warehouse.oracle.names import DEFAULT_NAMES, Names, Statement, text_of
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from shared.deadline import Deadline
from shared.errors import NotAuthorised
from tests.support.report_batches import ReportBatches
from tests.support.translated_oracle import TranslatedSession, parsed, translation

if TYPE_CHECKING:
    from pathlib import Path

TENANCY = "ocid1.tenancy.oc1..aaaaaaaatranslated"


def said(statement: Statement) -> str:
    """The statement's text in a schema without a prefix."""
    return text_of(statement, DEFAULT_NAMES)


UNSAID = (said(oracle_sql.COMMITTED),)
"""What only a lost commit asks."""
DIALECTS = ("cost", "focus", "usage")


@pytest.fixture
def session() -> TranslatedSession:
    return TranslatedSession()


def warehouse(session: TranslatedSession, call_id: str = "call-1") -> OracleWarehouse:
    made = OracleWarehouse(session, Deadline.after(60), call_id)  # type: ignore[arg-type]
    made.migrate()
    return made


def load(made: OracleWarehouse, source: ReportBatches, state: str = "loaded") -> None:
    claim = made.claim(source.key, source.dialect, sliced=False)
    assert claim is not None
    for batch in source.batches():
        made.stage(claim, batch)
    made.commit(claim, source.outcome(state))


def key(name: str, etag: str = "e1") -> ObjectKey:
    return ObjectKey(TENANCY, name, etag)


def everything(session: TranslatedSession, folder: Path) -> None:
    """A run that says all there is to say: adoption, three dialects, slices, damage, another version, retention."""
    names = ", ".join(f"{name} VARCHAR" for name in BILLING.names)
    session.database.execute(f"CREATE TABLE {session.names(BILLING)} ({names})")
    made = warehouse(session)
    made.migrate()
    made.inspect(copies=True)
    for dialect in DIALECTS:
        report = make_report(dialect, 50)
        load(made, ReportBatches(report, key(f"r/{dialect}.csv.gz"), folder, with_rejected=True))
    sliced = ReportBatches(make_report("cost", 90, seed="2"), key("r/sliced.csv.gz"), folder)
    claim = made.claim(sliced.key, "cost", sliced=True)
    assert claim is not None
    first, *rest = sliced.batches()
    made.stage(claim, first)
    claim = made.keep_progress(claim, Progress(40, first.sums, 4000, "check"))
    made.stage(claim, rest[0])
    made.release(claim, drop=False)
    made = warehouse(session, "call-2")
    sliced = ReportBatches(make_report("cost", 90, seed="2"), key("r/sliced.csv.gz"), folder)
    resumed = made.claim(sliced.key, "cost", sliced=True)
    assert resumed is not None
    for batch in sliced.batches(after=40):
        made.stage(resumed, batch)
    made.commit(resumed, sliced.outcome())
    stale = made.claim(key("r/again.csv.gz"), "cost", sliced=True)
    assert stale is not None
    made.release(stale, drop=False)
    made.release(made.claim(key("r/again.csv.gz", "e2"), "cost", sliced=True) or stale, drop=True)
    load(made, ReportBatches(make_report("cost", 20, seed="3"), key("r/cost.csv.gz", "e2"), folder))
    damaged = made.claim(key("r/cost.csv.gz", "e3"), "cost", sliced=True)
    assert damaged is not None
    made.commit(damaged, Outcome("cost", 1, "", "rejected", Sums(), [Rejected(0, "damaged", "")]))
    made.release(made.claim(key("r/given-up.csv.gz"), "cost", sliced=True) or damaged, drop=True)
    made.ledger(TENANCY)
    made.retain(TENANCY, "1999-01-01")


def test_every_statement_is_read_as_oracle_and_not_taken_for_a_command(
    session: TranslatedSession, tmp_path: Path
) -> None:
    everything(session, tmp_path)
    for statement in (*session.seen, *UNSAID):
        parsed(statement)
    run = " ".join([*session.seen, *UNSAID])
    for text in (*vars(oracle_sql).values(), *vars(claim_sql).values()):
        if isinstance(text, Statement):
            assert said(text) in run, f"this run never said: {said(text)}"
        elif isinstance(text, str) and re.match(r"(SELECT|INSERT|UPDATE|DELETE) ", text):
            assert text in run, f"this run never said: {text}"


def test_a_prefix_is_in_every_name_that_a_run_says_and_makes(tmp_path: Path) -> None:
    session = TranslatedSession(Names("acme_"))
    everything(session, tmp_path)
    for statement in session.seen:
        tree = parsed(statement)
        found = {table.name.lower() for table in tree.find_all(exp.Table)} if tree else set()
        assert not [name for name in found if name.startswith("oci_")], statement
    made = (
        "SELECT table_name FROM duckdb_tables() UNION SELECT index_name FROM duckdb_indexes() "
        "UNION SELECT view_name FROM duckdb_views() WHERE NOT internal"
    )
    ours = {str(name).lower() for (name,) in session.database.execute(made).fetchall() if "oci_" in str(name).lower()}
    assert ours >= {f"acme_{table.name}" for table in ALL}
    assert all(name.startswith("acme_oci_") for name in ours)
    assert any(
        "PRIMARY KEY" in statement and "CONSTRAINT acme_oci_report_pk" in statement for statement in session.seen
    )


def test_statements_have_named_binds_and_no_hints(session: TranslatedSession, tmp_path: Path) -> None:
    everything(session, tmp_path)
    views = (said(view) for view in oracle_views.create_statements().values())
    for statement in {*session.seen, *UNSAID, *views}:
        assert "/*+" not in statement
        tree = parsed(statement)
        for bind in tree.find_all(exp.Placeholder, exp.Parameter) if tree else ():
            assert re.fullmatch(r"[a-z]\w*", bind.name, re.IGNORECASE), statement


def test_what_sqlglot_cannot_read_is_a_named_list_of_two() -> None:
    for statement in (*oracle_sql.SESSION, said(oracle_sql.widen(BILLING, BILLING.columns[0]))):
        assert translation(statement) == ""
        assert isinstance(sqlglot.parse_one(statement, dialect="oracle"), exp.Command)
    with pytest.raises(AssertionError, match="does not understand"):
        parsed("ALTER TABLE oci_cost MODIFY (tags VARCHAR2(10 CHAR))")


def test_numbers_have_a_precision_and_a_scale_in_the_comparison(session: TranslatedSession) -> None:
    warehouse(session)
    types = session.database.execute(
        "SELECT data_type FROM duckdb_columns() WHERE table_name IN (SELECT table_name FROM duckdb_tables())"
    )
    decimals = {kind for (kind,) in types.fetchall() if kind.startswith("DECIMAL")}
    assert decimals <= {"DECIMAL(38,18)", "DECIMAL(38,13)", "DECIMAL(18,0)"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_report_has_its_exact_sums_after_staging_and_publication(
    session: TranslatedSession, tmp_path: Path, dialect: str
) -> None:
    made = warehouse(session)
    source = ReportBatches(make_report(dialect, 120), key("r/a.csv.gz"), tmp_path)  # type: ignore[arg-type]
    load(made, source)
    totals = source.report.totals()
    assert session.rows("SELECT rows_loaded, cost_sum FROM oci_report") == [(120, totals.cost)]
    quantity = Decimal(str(session.rows("SELECT quantity_sum FROM oci_report")[0][0]))
    assert quantity == totals.quantity
    tables = {str(name).lower() for (name,) in session.rows(oracle_sql.TABLES)}
    assert tables == {table.name for table in ALL}, "private tables are gone"


def test_a_report_takes_the_same_requests_whatever_its_size_but_for_two_a_batch(
    session: TranslatedSession, tmp_path: Path
) -> None:
    made = warehouse(session)
    taken = []
    for number, rows in enumerate((1, 40, 120)):  # the first one also stores where cost begins
        source = ReportBatches(make_report("cost", rows), key(f"r/{number}.csv.gz"), tmp_path)
        before = session.statements
        load(made, source)
        taken.append(session.statements - before)
    assert taken[2] - taken[1] == 2 * (3 - 1)


def test_a_preflight_tells_what_a_load_would_find_and_makes_nothing(session: TranslatedSession) -> None:
    bare = OracleWarehouse(session, Deadline.after(60), "call-1")  # type: ignore[arg-type]
    assert bare.inspect() == f"logged in; {len(ALL)} tables to be made"
    session.database.execute("DELETE FROM session_privs WHERE privilege = 'CREATE VIEW'")
    assert "GRANT CREATE VIEW" in bare.inspect()
    assert session.rows(oracle_sql.TABLES) == []
    warehouse(session)
    assert bare.inspect() == f"logged in; tables of version {SCHEMA_VERSION}"
    session.database.execute("DELETE FROM session_privs WHERE privilege = 'CREATE TABLE'")
    with pytest.raises(NotAuthorised) as caught:
        bare.inspect()
    assert "GRANT CREATE TABLE" in caught.value.fix
    session.database.execute("UPDATE oci_loader SET value = '99' WHERE name = 'schema_version'")
    with pytest.raises(WarehouseUnusable):
        bare.inspect()


def test_a_sum_that_differs_is_not_published(session: TranslatedSession, tmp_path: Path) -> None:
    made = warehouse(session)
    source = ReportBatches(make_report("cost", 20), key("r/a.csv.gz"), tmp_path)
    claim = made.claim(source.key, "cost", sliced=False)
    assert claim is not None
    for batch in source.batches():
        made.stage(claim, batch)
    wrong = Sums(20, source.outcome().sums.cost + Decimal("1E-18"), source.outcome().sums.quantity)
    with pytest.raises(ProofFailed):
        made.commit(claim, Outcome("cost", 1, "", "loaded", wrong))
    assert session.rows("SELECT COUNT(*) FROM oci_cost") == [(0,)]


class LosingSession(TranslatedSession):
    """A session whose next commit gets no answer; ``arrives`` says whether the database did it."""

    arrives: bool | None = None

    def commit(self) -> None:
        arrives, publishes = self.arrives, said(oracle_sql.ADD_REPORT) in self.seen
        if arrives is None or not publishes:
            super().commit()
            return
        self.arrives = None
        if arrives:
            super().commit()
        else:
            self.rollback()
        raise ConnectionLost("the connection to the database is closed")


@pytest.mark.parametrize("arrives", [True, False])
def test_a_commit_without_an_answer_is_looked_up_in_the_ledger(tmp_path: Path, *, arrives: bool) -> None:
    session = LosingSession()
    made = warehouse(session)
    source = ReportBatches(make_report("cost", 20), key("r/a.csv.gz"), tmp_path)
    claim = made.claim(source.key, "cost", sliced=False)
    assert claim is not None
    for batch in source.batches():
        made.stage(claim, batch)
    session.arrives = arrives
    if arrives:
        assert made.commit(claim, source.outcome()).rows_loaded == 20
    else:
        with pytest.raises(ConnectionLost):
            made.commit(claim, source.outcome())
    assert session.seen.count(said(oracle_sql.COMMITTED)) == 1
    assert session.seen.count(said(oracle_sql.ADD_REPORT)) == 1, "published once: not again without asking"
    assert session.rows("SELECT COUNT(*) FROM oci_cost") == [(20 if arrives else 0,)]


def test_a_publication_takes_the_lock_of_all_publications_before_any_other(
    session: TranslatedSession, tmp_path: Path
) -> None:
    made = warehouse(session)
    source = ReportBatches(make_report("cost", 20), key("r/a.csv.gz"), tmp_path)
    claim = made.claim(source.key, "cost", sliced=False)
    assert claim is not None
    for batch in source.batches():
        made.stage(claim, batch)
    before = len(session.seen)
    made.commit(claim, source.outcome())
    first, second, *_ = session.seen[before:]
    assert (first, second) == (said(oracle_sql.LOCK), said(claim_sql.CLAIM_HOLD))
    assert first.endswith("FOR UPDATE")


def test_a_chain_of_corrections_leads_to_the_line_at_its_beginning(session: TranslatedSession, tmp_path: Path) -> None:
    made = warehouse(session)
    story = BillingHistory(days=1, rows_per_day=40, dialects=("cost",), republish_every=0, late_rows=0)
    for each in story.publications():
        load(made, ReportBatches(each.report, key(each.name), tmp_path))
    found = session.rows(
        "SELECT depth, original_present, corrects_reference_no, original_reference_no FROM oci_correction"
    )
    assert sorted(depth for depth, *_ in found) == [1, 1, 1, 2]
    assert {present for _, present, *_ in found} == {1}
    deep = next(row for row in found if row[0] == 2)
    assert deep[2] != deep[3]


def test_reconciliation_finds_cost_and_focus_equal_and_a_missing_side(
    session: TranslatedSession, tmp_path: Path
) -> None:
    made = warehouse(session)
    load(made, ReportBatches(make_report("cost", 60), key("r/c.csv.gz"), tmp_path))
    assert {row[0] for row in session.rows("SELECT status FROM oci_reconciliation")} == {"focus-missing"}
    load(made, ReportBatches(make_report("focus", 60), key("r/f.csv.gz"), tmp_path))
    assert {row[0] for row in session.rows("SELECT status FROM oci_reconciliation")} == {"equal"}
    assert session.rows("SELECT COUNT(*) FROM oci_focus_view") == [(120,)]


def test_an_object_that_failed_as_nobody_foresaw_is_free_again_after_a_day(session: TranslatedSession) -> None:
    made = warehouse(session)
    failed = key("r/failed.csv.gz")
    claim = made.claim(failed, "cost", sliced=True)
    assert claim is not None
    made.commit(claim, Outcome("cost", 1, "", "rejected", Sums(), [Rejected(0, "unforeseen", "")]))
    assert not made.ledger(TENANCY)["r/failed.csv.gz", "e1"].retried
    assert made.claim(failed, "cost", sliced=True) is None
    session.database.execute("UPDATE oci_report SET loaded_at = loaded_at - INTERVAL 25 HOUR")
    assert made.ledger(TENANCY)["r/failed.csv.gz", "e1"].retried
    assert made.claim(failed, "cost", sliced=True) is not None
