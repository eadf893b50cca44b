"""`load_mode=dbms_cloud` whole: the function under `fdk`, the bucket, and a database that reads the objects itself.

The database is the simulator, within this process, because DBMS_CLOUD has to be stood in for:
`tests.support.dbms_cloud` reads the object as the documentation says that it does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import oracledb
import pytest

from emulator.base.service_protocol import OciError
from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.reports.billing_history import BillingHistory, final_state, publish_objects
from emulator.reports.generated_report import make_report
from emulator.services.identity.service import DEFAULT_TENANCY
from functions.adw_billing.model.headers import layout
from functions.adw_billing.model.warehouse import ObjectKey, Outcome
from shared.deadline import Deadline
from shared.errors import FunctionError
from tests.live.conftest import SWEEPS, messages
from tests.live.test_oracle_faults import clear, lease_over
from tests.live.test_oracle_function import call, until_done
from tests.support.dbms_cloud import CopyError, copied
from tests.support.oracle_server import OracleServer

if TYPE_CHECKING:
    from pathlib import Path

STORY = BillingHistory(
    days=1, rows_per_day=60, dialects=("cost", "focus", "usage"), rows_per_object=20, republish_every=1
)
TABLES = ("oci_cost", "oci_focus", "oci_usage", "oci_billing", "oci_cost_daily")
LEDGER = (
    "select object_name, object_etag, dialect, size_bytes, rows_loaded, cost_sum, quantity_sum, state from oci_report"
)
STATE = (
    "select (select count(*) from oci_cost), (select nvl(sum(rows_loaded), 0) from oci_report), "
    "(select nvl(sum(row_count), 0) from oci_cost_daily), (select count(*) from oci_billing) from dual"
)
HEAD = "bytes=0-65535"
ARGUMENTS = ("table_name", "credential_name", "file_uri_list", "field_list", "format")


class Database:
    """A simulated database with a stand-in for DBMS_CLOUD that reads from ``read(uri)``."""

    def __init__(self, simulator: Any, errors: Any, read: Callable[[str], bytes]) -> None:
        self.simulator = simulator
        self.server = OracleServer(simulator.dsn, "ADMIN", simulator.password, "")
        self.refusal = 0
        self.copies: list[str] = []
        self._error = errors.OraError
        self._read = read
        simulator.engine.procedures["DBMS_CLOUD.COPY_DATA"] = self._copy

    def _copy(self, _session: object, **named: str) -> None:
        try:
            self._fill(named)
        except CopyError as error:
            raise self._error(error.code, message=str(error)) from None

    def _fill(self, named: dict[str, str]) -> None:
        table, credential, uri, field_list, form = (named.pop(name) for name in ARGUMENTS)
        assert not named
        if self.refusal or credential != "OCI$RESOURCE_PRINCIPAL":
            raise CopyError(self.refusal or 20401, "Authorization failed for URI")
        self.copies.append(uri)
        names, rows = copied(self._read(uri), field_list, form)
        if not rows:
            return
        with self.server.connect() as connection, connection.cursor() as cursor:
            binds = ", ".join(f":{number}" for number in range(1, len(names) + 1))
            cursor.executemany(f"insert into {table} ({', '.join(names)}) values ({binds})", rows)
            connection.commit()

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with self.server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement, fetch_decimals=True, fetch_lobs=False)
            return sorted(cursor.fetchall(), key=str)


@pytest.fixture
def database() -> Iterator[Callable[[Callable[[str], bytes]], Database]]:
    """Makes databases; skips where there is no simulator, because a real one reads no emulated bucket."""
    folder = os.environ.get("ORACLE_TEST_SIMULATOR", "")
    if not folder:
        pytest.skip("ORACLE_TEST_SIMULATOR is not set: a database that reads the emulated bucket is the simulator only")
    sys.path.insert(0, folder)
    from oraclesim import OracleSim, errors  # it is no part of the project

    running: list[Any] = []

    def make(read: Callable[[str], bytes]) -> Database:
        simulator = OracleSim(profile=os.environ.get("ORACLE_TEST_PROFILE", "23ai")).start()
        running.append(simulator)
        return Database(simulator, errors, read)

    yield make
    for simulator in running:
        simulator.stop()
    sys.path.remove(folder)


class Tenancy:
    """A cloud with the function and a bucket, and the databases that it loads."""

    def __init__(
        self, cloud: Cloud, functions: FunctionsApp, make: Callable[[Callable[[str], bytes]], Database]
    ) -> None:
        self.cloud = cloud
        self._functions = functions
        self.bucket = cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY)
        self.database = make(self.read)
        self.other = make(self.read)

    def read(self, uri: str) -> bytes:
        address = f"{self.cloud.endpoint}/n/bling/b/{DEFAULT_TENANCY}/o/"
        assert uri.startswith(address), uri
        try:
            return self.bucket.find(unquote(uri.removeprefix(address))).read()
        except OciError:
            raise CopyError(20404, "Object not found") from None

    def use(self, database: Database, mode: str, **more: str) -> None:
        server = database.server
        config = {"db_dsn": server.dsn, "db_user": server.user, "db_pass": server.password, "load_mode": mode}
        config |= {"usage_report_bucket": DEFAULT_TENANCY, "oci_endpoint": self.cloud.endpoint} | more
        self._functions.host.configure("adw-billing", config)

    def limit(self, seconds: int) -> None:
        """Give calls so much time."""
        functions = self._functions.host.functions
        functions["adw-billing"] = replace(functions["adw-billing"], timeout_seconds=seconds)

    def whole_downloads(self) -> set[str]:
        """The objects that the function itself has read to the end."""
        calls = [each for each in self.cloud.log.calls("object_storage", "GET") if "/o/" in each.path]
        names = {unquote(each.path.partition("/o/")[2]) for each in calls if each.headers.get("range") != HEAD}
        return names - {""}


@pytest.fixture
def tenancy(
    database: Callable[[Callable[[str], bytes]], Database], tmp_path: Path, keys_folder: Path
) -> Iterator[Tenancy]:
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path / "cloud", functions=functions, tls=False, options=options) as cloud:
        yield Tenancy(cloud, functions, database)


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    found = {table: database.query(f"select * from {table}") for table in TABLES}
    return {**found, "ledger": database.query(LEDGER)}


def test_the_database_holds_the_same_as_when_the_function_reads_and_no_bytes_came_through_it(tenancy: Tenancy) -> None:
    publish_objects(tenancy.cloud.object_storage, tenancy.bucket, STORY.publications())
    tenancy.use(tenancy.other, "function")
    until_done(tenancy.cloud)
    tenancy.cloud.log.clear()
    tenancy.use(tenancy.database, "dbms_cloud")
    loaded = {row["object_name"] for row in until_done(tenancy.cloud)}
    assert loaded == set(final_state(STORY.publications()))
    by_the_function = tenancy.whole_downloads()
    assert len(by_the_function) < len(loaded) / 2, "most objects have nothing that SQL cannot take exactly"
    assert len(tenancy.database.copies) == len(loaded)
    assert content(tenancy.database) == content(tenancy.other)
    assert call(tenancy.cloud) == []


PRINCIPAL = "ENABLE_RESOURCE_PRINCIPAL"


@pytest.mark.parametrize(
    ("code", "fix"),
    [(20401, PRINCIPAL), (20404, PRINCIPAL), (27476, PRINCIPAL), (0, "GRANT EXECUTE ON DBMS_CLOUD")],
)
def test_a_missing_right_is_told_with_its_fix(tenancy: Tenancy, code: int, fix: str) -> None:
    publish_objects(tenancy.cloud.object_storage, tenancy.bucket, STORY.publications()[:2])
    if not code:  # PLS-00201: the user does not see the package
        tenancy.database.simulator.engine.procedures.clear()
    tenancy.database.refusal = code
    tenancy.use(tenancy.database, "dbms_cloud")
    error = call(tenancy.cloud)["error"]
    assert error["reason"] == "not-authorised"
    assert fix in error["fix"]
    assert tenancy.database.query("select count(*) from oci_report") == [(0,)]


def test_an_object_that_is_published_anew_while_it_is_copied_is_loaded_by_the_next_call(tenancy: Tenancy) -> None:
    name = "reports/cost-csv/0009000000000001-00001.csv"
    put, storage = tenancy.cloud.object_storage.put, tenancy.bucket
    put(storage, name, b"".join(make_report("cost", 10, seed="old").chunks()))
    new = b"".join(make_report("cost", 12, seed="new").chunks())
    read, tenancy.database._read = tenancy.database._read, lambda uri: (put(storage, name, new), tenancy.read(uri))[1]
    tenancy.use(tenancy.database, "dbms_cloud")
    assert call(tenancy.cloud) == []
    assert tenancy.database.query("select count(*) from oci_cost") == [(0,)]
    tenancy.database._read = read
    assert call(tenancy.cloud) == ["0009000000000001-00001.csv"]
    assert tenancy.database.query("select count(*) from oci_cost") == [(12,)]


def test_an_object_without_a_byte_is_settled(tenancy: Tenancy) -> None:
    names = [f"reports/cost-csv/000900000000000{number}-00001.csv.gz" for number in range(5)]
    for name in names:
        tenancy.cloud.object_storage.put(tenancy.bucket, name, b"")
    tenancy.use(tenancy.database, "dbms_cloud")
    assert {row["object_name"]: row["state"] for row in call(tenancy.cloud, detail=True)["reports"]} == dict.fromkeys(
        names, "loaded"
    )
    assert call(tenancy.cloud) == []


def test_a_copy_that_does_not_end_in_time_is_left_to_the_function_by_the_next_call(tenancy: Tenancy) -> None:
    first, second = (f"reports/cost-csv/000900000000000{number}-00001.csv" for number in (1, 2))
    for name, rows in ((first, 10), (second, 12)):
        tenancy.cloud.object_storage.put(tenancy.bucket, name, b"".join(make_report("cost", rows).chunks()))
    stall = tenancy.database.simulator.fault("execute", "stall", value=90, sql="COPY_DATA")
    tenancy.limit(60)  # a busy machine needs half a minute to get to the copy
    tenancy.use(tenancy.database, "dbms_cloud", deadline_margin_seconds="30")
    answer = call(tenancy.cloud, detail=True)
    assert (stall.fired, answer["reports"], answer["remaining"]) == (1, [], 2)
    tenancy.limit(100)
    with tenancy.database.server.connect() as connection:
        lease_over(connection)  # nobody could give the claim back on the session that stalled
    assert sorted(row["rows_loaded"] for row in call(tenancy.cloud, detail=True)["reports"]) == [10, 12]
    assert len(tenancy.whole_downloads()) == len(tenancy.database.copies) == 1


def test_what_fails_half_way_in_the_database_is_loaded_by_the_function(tenancy: Tenancy) -> None:
    name = "reports/cost-csv/0009000000000001-00001.csv"
    tenancy.cloud.object_storage.put(tenancy.bucket, name, b"".join(make_report("cost", 10).chunks()))
    fault = tenancy.database.simulator.fault("execute", "error", code=1722, sql="INTO oci_stage_b_")
    tenancy.use(tenancy.database, "dbms_cloud")
    (row,) = call(tenancy.cloud, detail=True)["reports"]
    assert (row["rows_loaded"], row["state"], fault.fired) == (10, "loaded", 1)
    assert tenancy.whole_downloads() == {name}
    assert tenancy.database.query("select count(*) from oci_cost") == [(10,)]


@pytest.mark.parametrize("every", SWEEPS)
@pytest.mark.parametrize("phase", ["before", "after"])
def test_killed_at_any_message_a_copy_is_there_whole_or_not_at_all(
    database: Callable[[Callable[[str], bytes]], Database], phase: str, every: int
) -> None:
    text = b"".join(make_report("cost", 12).chunks())
    made = database(lambda _uri: text)
    key = ObjectKey("ocid1.tenancy.oc1..aaaaaaaalive", "reports/cost-csv/1.csv", "etag-1")

    def copy_once(call_id: str) -> None:
        warehouse = made.server.warehouse(Deadline.after(60), call_id)
        try:
            warehouse.migrate()
            claim = warehouse.claim(key, "cost", sliced=True)
            if claim is None:
                return
            sums = warehouse.copy(claim, layout(text.split(b"\n")[0]), "https://example.com/o/1.csv")
            if sums is None:  # the stand-in's own session died: the function would read the object
                return
            warehouse.commit(claim, Outcome("cost", len(text), "", "loaded", sums))
        finally:
            warehouse.close()

    made.server.warehouse(Deadline.after(60), "call-0").migrate()
    for skip in messages(every, phase):
        rule = made.simulator.fault("any", "kill", phase=phase, skip=skip)
        try:
            copy_once(f"call-{skip}")
        except (FunctionError, oracledb.Error):
            assert rule.fired
        struck = rule.fired
        made.simulator.faults.clear()
        rows = made.query(STATE)
        assert rows in ([(0, 0, 0, 0)], [(12, 12, 12, 12)]), f"killed {phase} message {skip}"
        if not struck:
            break
        with made.server.connect() as connection:
            lease_over(connection)
            if rows != [(0, 0, 0, 0)]:
                clear(connection)
    assert rows == [(12, 12, 12, 12)]
    assert skip > 15, "the sweep went through copy, staging and commit"
