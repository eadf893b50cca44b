"""`billing query` on the database answers as it does on DuckDB over the same rows, and changes nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from emulator.reports.billing_history import final_state, write_folder
from functions.adw_billing.costs_page import cost_page
from functions.adw_billing.model import tables
from functions.adw_billing.open_warehouse import reading_bill, reading_database
from functions.adw_billing.settings import Settings
from ops.cli.main import root
from shared.deadline import Deadline
from shared.settings import ENVIRONMENT_FIX, load_settings
from tests.support.billing_files import load
from tests.support.translated_oracle import STORY

if TYPE_CHECKING:
    from pathlib import Path

    import oracledb

    from tests.support.oracle_server import OracleServer

ASKED = [
    ("--by", "service,month", "--month", "2026-02", "--against", "previous"),
    ("--by", "product,tag:Ops.Environment", "--filter", "compartment!=sand*", "--filter", "tenancy=ocid*"),
    ("--by", "service,month", "--measure", "unit_price", "--filter", "compartment=prod*"),
    ("--by", "compartment,day", "--month", "2026-01", "--filter", "dialect=focus"),
    ("--question", "movers", "--month", "2026-02", "--filter", "reason=quantity"),
    ("--question", "months", "--columns", "month,service,cost", "--month", "2026-01..2026-02"),
]

_COSTS = """INSERT INTO oci_cost SELECT * REPLACE (object_name || '-before' AS object_name,
cost_myCost * 2 AS cost_myCost, lineItem_intervalUsageStart - INTERVAL 31 DAY AS lineItem_intervalUsageStart)
FROM oci_cost WHERE lineItem_intervalUsageStart >= '2026-02-01'"""
_DAYS = """INSERT INTO oci_cost_daily SELECT * REPLACE (usage_day - 31 AS usage_day, cost * 2 AS cost)
FROM oci_cost_daily WHERE usage_day >= '2026-02-01'"""
A_MONTH_BEFORE = (_COSTS, _DAYS)
"""The story's second month has days that its first one lacks: with these there is something to compare them with."""
OWN_PARTS = r"<summary>The SQL.*?</details>|<h2>Untagged.*?</section>"
"""What differs: the words of the SQL; tags, whose keys the simulator cannot list (NOT_SIMULATED in the questions)."""
TEST_SECONDS = 300

HOSTILE = ("DROP TABLE oci_cost", "DELETE FROM oci_cost", "SELECT nothing FROM oci_nothing", "SELECT :a FROM dual")


@pytest.fixture
def database(made_tables: oracledb.Connection) -> oracledb.Connection:
    """Tables, which are there."""
    return made_tables


def asked(*options: str, env: dict[str, str] | None = None, status: int = 0) -> Any:
    done = CliRunner().invoke(root(), ["billing", "query", *options], env=env)
    assert (done.exit_code, done.stderr) == (status, ""), done.output
    return done.stdout


PAGES: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("month", "2026-01"), ("by", "compartment")),
    (("month", "2026-01..2026-03"), ("by", "tenancy"), ("step", "day")),
    (("month", "2026-02"), ("by", "sku"), ("filter", "service=COMPUTE")),
    (("month", "2026-02"), ("by", "tag:Ops.Environment")),
    (("month", "2026-02"), ("part", "why")),
    (("month", "2026-02"), ("by", "product"), ("measure", "unit_price")),
    (("month", "2026-02"), ("part", "moved")),
    (("month", "2026-02"), ("part", "state")),
)
"""Addresses of the cost page: first views, and what is asked for after them."""


def rows(text: str) -> list[str]:
    """Rows in an order of their own: of equal costs either engine puts another first."""
    return sorted(text.splitlines())


def on_both(
    database: oracledb.Connection, server: OracleServer, folder: Path, more: tuple[str, ...] = ()
) -> dict[str, str]:
    """Put the story's rows into a file, `billing.duckdb`, and into the database; the keys that lead to the latter."""
    write_folder(folder / "reports", final_state(STORY.publications()).values())
    load(folder / "reports", folder / "billing.duckdb")
    server.warehouse(Deadline.after(60), "call-1").migrate()
    with duckdb.connect(str(folder / "billing.duckdb")) as embedded, database.cursor() as cursor:
        for statement in more:
            embedded.execute(statement)
        for table in (tables.COST, tables.FOCUS, tables.DAILY, tables.REPORT):
            names = ", ".join(table.names)
            binds = ", ".join(f":{number}" for number in range(1, len(table.names) + 1))
            found = embedded.execute(f"SELECT {names} FROM {table.name}").fetchall()
            cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({binds})", found)
        database.commit()
    keys = {"usage_report_bucket": "ocid1.tenancy.oc1..aaaaaaaalive", "db_dsn": server.dsn, "db_user": server.user}
    return {**keys, "db_pass": server.password, "oci_config_profile": "NONE"}


def test_every_way_of_asking_gives_the_same(
    database: oracledb.Connection, server: OracleServer, tmp_path: Path
) -> None:
    env = on_both(database, server, tmp_path)
    on_oracle, on_duckdb = ("--warehouse", "oracle"), ("--warehouse", str(tmp_path / "billing.duckdb"))
    for options in ASKED:
        ours = asked(*on_duckdb, *options, "--csv")
        assert rows(asked(*on_oracle, *options, "--csv", env=env)) == rows(ours), options
        assert ours.count("\n") > 1, options
    place = tmp_path / "x.parquet"
    sql = 'SELECT service, SUM(cost) AS cost, 1 AS "One" FROM oci_cost_line GROUP BY service;'
    asked(*on_oracle, "--sql", sql, "--parquet", str(place), env=env)
    kept = pyarrow.parquet.read_table(place).to_pylist()
    with duckdb.connect(str(tmp_path / "billing.duckdb"), read_only=True) as embedded:
        wanted = dict(embedded.execute("SELECT service, SUM(cost) FROM oci_cost_line GROUP BY service").fetchall())
    assert {each["service"]: each["cost"] for each in kept} == wanted
    assert {each["One"] for each in kept} == {1}
    for hostile in (
        "DROP TABLE oci_cost",
        "DELETE FROM oci_cost",
        "SELECT nothing FROM oci_nothing",
        "SELECT :a FROM dual",
    ):
        error = json.loads(asked(*on_oracle, "--sql", hostile, env=env, status=1))["error"]
        assert (error["reason"], error["field"]) == ("bad-request", "sql"), hostile
    with database.cursor() as cursor:
        assert cursor.execute("SELECT COUNT(*) FROM oci_cost").fetchone()[0] > 0
    for warehouse, folder in ((on_oracle, "a"), (on_duckdb, "b")):
        words = ["billing", "export", *warehouse, "--out", str(tmp_path / folder)]
        done = CliRunner().invoke(root(), words, env=env)
        assert done.exit_code == 0, done.output
    one, other = (f"SELECT * FROM '{tmp_path}/{folder}/*/*.parquet'" for folder in "ab")
    assert duckdb.sql(f"SELECT COUNT(*) > 500 FROM ({one})").fetchall() == [(True,)]
    assert duckdb.sql(f"({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})").fetchall() == []


def test_the_cost_page_shows_the_same(database: oracledb.Connection, server: OracleServer, tmp_path: Path) -> None:
    env = on_both(database, server, tmp_path, A_MONTH_BEFORE)
    found = load_settings(Settings, env, fix=ENVIRONMENT_FIX)
    with (
        reading_database(found, Deadline.after(TEST_SECONDS)) as on_oracle,
        reading_bill(str(tmp_path / "billing.duckdb"), Deadline.after(TEST_SECONDS)) as on_duckdb,
    ):
        for pairs in PAGES:
            ours = json.loads(cost_page.cost_data(pairs, on_duckdb, "").body)
            theirs = json.loads(cost_page.cost_data(pairs, on_oracle, "").body)
            for each in (ours, theirs):
                each["html"] = re.sub(OWN_PARTS, "", each["html"], flags=re.DOTALL)
                each["charts"] = [chart for chart in each["charts"] if chart["id"] != "untagged"]
            assert theirs["html"].splitlines() == ours["html"].splitlines(), pairs
            assert theirs == ours, pairs
            assert "<td" in ours["html"], pairs
