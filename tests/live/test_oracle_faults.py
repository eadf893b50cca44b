"""Connections killed at every message, lost commits and processes killed: tables and ledger agree all the same."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import oracledb
import pytest

from emulator.reports.generated_report import make_report
from functions.adw_billing.errors import WarehouseBusy
from functions.adw_billing.model.warehouse import LedgerRow, ObjectKey
from functions.adw_billing.warehouse.oracle.errors import ConnectionLost
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded, FunctionError
from tests.live.conftest import SWEEPS, messages
from tests.support.report_batches import ReportBatches

if TYPE_CHECKING:
    from tests.support.oracle_server import Control, OracleServer

KEY = ObjectKey("ocid1.tenancy.oc1..aaaaaaaalive", "reports/cost-csv/0001000000000001.csv.gz", "etag-1")
ROWS = 60
STATE = (
    "select (select count(*) from oci_cost), (select nvl(sum(rows_loaded), 0) from oci_report), "
    "(select nvl(sum(row_count), 0) from oci_cost_daily), (select count(*) from oci_billing), "
    "(select nvl(max(rows_rejected), 0) from oci_report), (select count(*) from oci_report_rejected) from dual"
)
NOTHING, WHOLE = [(0, 0, 0, 0, 0, 0)], [(ROWS, ROWS, ROWS, ROWS, 2, 2)]
Query = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def database(made_tables: oracledb.Connection) -> oracledb.Connection:
    """Tables, which are there."""
    return made_tables


def source_in(folder: Path) -> ReportBatches:
    """The report of these tests."""
    return ReportBatches(make_report("cost", ROWS), KEY, folder, with_rejected=True)


def load_once(server: OracleServer, source: ReportBatches, call_id: str) -> LedgerRow | None:
    """One call's work on one object, from logon to logoff; None when the object is settled."""
    warehouse = server.warehouse(Deadline.after(60), call_id)
    try:
        warehouse.migrate()
        claim = warehouse.claim(KEY, "cost", sliced=True)
        if claim is None:
            return None
        for batch in source.batches():
            warehouse.stage(claim, batch)
        return warehouse.commit(claim, source.outcome("partial"))
    finally:
        warehouse.close()


def empty_schema(server: OracleServer) -> None:
    """Let the loader make its tables."""
    warehouse = server.warehouse(Deadline.after(60), "call-0")
    warehouse.migrate()
    warehouse.close()


def lease_over(database: oracledb.Connection) -> None:
    """Let the claims of dead calls run out."""
    with database.cursor() as cursor:
        cursor.execute("update oci_report_claim set claimed_until = timestamp '2000-01-01 00:00:00'")
    database.commit()


@pytest.mark.parametrize("every", SWEEPS)
@pytest.mark.parametrize("phase", ["before", "after"])
def test_killed_at_any_message_the_report_is_there_whole_or_not_at_all(
    server: OracleServer,
    database: oracledb.Connection,
    control: Control,
    query: Query,
    tmp_path: Path,
    phase: str,
    every: int,
) -> None:
    empty_schema(server)
    source = source_in(tmp_path)
    for skip in messages(every, phase):
        control.fault("any", "kill", phase=phase, skip=skip)
        try:
            load_once(server, source, f"call-{skip}")
        except (FunctionError, oracledb.Error) as error:
            # The logon of this test is the driver's own; all else is typed.
            assert control.fired(), error  # noqa: PT017
        struck = control.fired()
        control.clear()
        state = query(STATE)
        assert state in (NOTHING, WHOLE), f"killed {phase} message {skip}"
        if not struck:
            break
        lease_over(database)  # what the dead call left behind is what the next one begins with
        if state == WHOLE:
            clear(database)
    assert state == WHOLE
    assert query("select count(*) from oci_report_claim") == [(0,)]
    assert skip > 20, "the sweep went through staging, ledger and commit"


def clear(database: oracledb.Connection) -> None:
    """Forget the object, as if it had never been loaded."""
    with database.cursor() as cursor:
        for table in ("oci_cost", "oci_report", "oci_cost_daily", "oci_billing", "oci_report_rejected"):
            cursor.execute(f"delete from {table}")
    database.commit()


def test_a_commit_whose_reply_is_lost_has_happened_and_is_not_done_again(
    server: OracleServer, control: Control, query: Query, tmp_path: Path
) -> None:
    empty_schema(server)
    control.fault("commit", "kill", phase="after", skip=2)  # those before it: claim and staging
    row = load_once(server, source_in(tmp_path), "call-1")
    assert row is not None
    assert control.fired() == 1
    assert query(STATE) == WHOLE
    assert load_once(server, source_in(tmp_path), "call-2") is None


def test_a_commit_that_never_arrived_is_told_and_leaves_nothing(
    server: OracleServer, control: Control, query: Query, tmp_path: Path
) -> None:
    empty_schema(server)
    control.fault("commit", "kill", phase="before", skip=2)
    with pytest.raises(ConnectionLost):
        load_once(server, source_in(tmp_path), "call-1")
    assert query(STATE) == NOTHING


def test_a_database_that_stalls_is_left_when_the_deadline_comes(
    server: OracleServer, control: Control, query: Query, tmp_path: Path
) -> None:
    empty_schema(server)
    source = ReportBatches(make_report("cost", ROWS), KEY, tmp_path)
    warehouse = server.warehouse(Deadline.after(15), "call-1")
    warehouse.migrate()
    claim = warehouse.claim(KEY, "cost", sliced=True)
    assert claim is not None
    control.fault("execute", "stall", value=90, sql="INSERT INTO OCI_STAGE|INSERT INTO oci_stage")
    with pytest.raises(DeadlineExceeded):
        warehouse.stage(claim, next(source.batches()))
    warehouse.close()
    assert query("select count(*) from oci_cost") == [(0,)]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1653, "disk-full"),
        (54, "warehouse-busy"),
        (1031, "not-authorised"),
        (28, "database-unreachable"),
        (904, "database-error"),
    ],
)
def test_an_error_of_the_database_is_a_typed_reason_and_the_next_call_loads(
    server: OracleServer, database: oracledb.Connection, control: Control, query: Query, tmp_path: Path, code: int,
    reason: str,
) -> None:  # fmt: skip
    empty_schema(server)
    control.fault("execute", "error", code=code, sql="INSERT INTO OCI_COST |INSERT INTO oci_cost ")
    with pytest.raises(FunctionError) as caught:
        load_once(server, source_in(tmp_path), "call-1")
    assert caught.value.reason == reason
    assert query(STATE) == NOTHING
    lease_over(database)
    load_once(server, source_in(tmp_path), "call-2")
    assert query(STATE) == WHOLE


STATEMENTS = [
    ("execute", "INTO oci_report_claim"), ("execute", "FOR UPDATE"), ("execute", "INTO oci_report "), ("commit", ""),
]  # fmt: skip
CODES = [60, 8177, 24761]


@pytest.mark.parametrize(
    ("on", "statement", "code"),
    [
        # Each statement and each code once; which code comes where changes nothing in the function, and soak has all.
        pytest.param(on, statement, code, marks=[] if at % len(CODES) == place else pytest.mark.soak)
        for at, (on, statement) in enumerate(STATEMENTS)
        for place, code in enumerate(CODES)
    ],
)
def test_a_publication_that_the_database_undoes_is_done_again(
    server: OracleServer, control: Control, query: Query, tmp_path: Path, on: str, statement: str, code: int
) -> None:
    empty_schema(server)
    control.fault(on, "error", code=code, times=2, **({"sql": statement} if statement else {"skip": 2}))
    row = load_once(server, source_in(tmp_path), "call-1")
    assert row is not None
    assert (row.rows_rejected, control.fired()) == (2, 2)
    assert query(STATE) == WHOLE


def test_a_publication_that_the_database_undoes_each_time_is_left_to_the_next_call(
    server: OracleServer, database: oracledb.Connection, control: Control, query: Query, tmp_path: Path
) -> None:
    empty_schema(server)
    control.fault("execute", "error", code=60, times=3, sql="FOR UPDATE")
    with pytest.raises(WarehouseBusy):
        load_once(server, source_in(tmp_path), "call-1")
    assert query(STATE) == NOTHING
    lease_over(database)
    load_once(server, source_in(tmp_path), "call-2")
    assert query(STATE) == WHOLE


def test_a_process_killed_at_any_round_trip_leaves_what_the_next_one_completes(
    server: OracleServer, database: oracledb.Connection, query: Query, tmp_path: Path
) -> None:
    empty_schema(server)
    seed = random.SystemRandom().randrange(10**6)
    script = Path(__file__).with_name("load_and_die.py")
    for number in sorted(random.Random(seed).sample(range(4, 60), 6)):
        phase = "before" if number % 2 else "after"
        arguments = [sys.executable, str(script), server.dsn, server.user, str(number), phase, str(tmp_path)]
        done = subprocess.run(
            arguments, input=server.password, text=True, capture_output=True, check=False, timeout=600
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
        assert query(STATE) in (NOTHING, WHOLE), f"seed {seed}, killed {phase} round trip {number}"
        lease_over(database)
        load_once(server, source_in(tmp_path), f"after-{number}")
        assert query(STATE) == WHOLE, f"seed {seed}, killed {phase} round trip {number}"
        clear(database)
