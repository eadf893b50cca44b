"""`billing query` on a loaded warehouse: each way of asking, each output, and SQL that would do more than read."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from functions.adw_billing.warehouse.duckdb.sandbox import Sandbox
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from ops.cli.main import root
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, report

if TYPE_CHECKING:
    from pathlib import Path

TAG = "tags/Ops.Team"
COMPARTMENT, CHILD = "ocid1.compartment.oc1..web", "ocid1.tenancy.oc1..child"
SUM = "5.1000000000000000000001"
ENDLESS = "SELECT COUNT(*) FROM range(1000000000000) a, range(100) b"


def cost(number: int, day: str, amount: str, **cells: str) -> dict[str, str]:
    return cost_row(number, cost__myCost=amount, lineItem__intervalUsageStart=f"{day}T10:00Z", **cells)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """September and October 2026."""
    folder: Path = tmp_path_factory.mktemp("asked")
    rows = [
        cost(1, "2026-09-04", "4", product__service="COMPUTE") | {TAG: "red"},
        cost(2, "2026-10-04", "0.1000000000000000000001", product__service="COMPUTE") | {TAG: "red"},
        cost(3, "2026-10-05", "5", product__service="NETWORK", product__compartmentName="a,b")
        | {"product/compartmentId": COMPARTMENT, "lineItem/tenantId": CHILD},
    ]
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST, TAG], rows))
    assert load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)["remaining"] == 0
    return folder / "w.duckdb"


def asked(warehouse: Path, *options: str, status: int = 0) -> str:
    """The command's answer."""
    done = CliRunner().invoke(root(), ["billing", "query", "--warehouse", str(warehouse), *options])
    assert (done.exit_code, done.stderr) == (status, ""), done.output
    return done.stdout


def refused(warehouse: Path, *options: str) -> dict[str, Any]:
    """The error of a question."""
    error: dict[str, Any] = json.loads(asked(warehouse, *options, status=1))["error"]
    return error


def test_a_table_with_totals_against_the_month_before(loaded: Path) -> None:
    lines = asked(loaded, "--by", "service", "--month", "2026-10", "--against", "previous").splitlines()
    assert lines[0] == "2026-10 against 2026-09"
    assert [line.split() for line in lines[2:]] == [
        ["service", "currency", "cost", "previous_cost", "change", "change_percent"],
        ["NETWORK", "USD", "5", "0", "5", "-"],
        ["COMPUTE", "USD", "0.1000000000000000000001", "4", "-3.8999999999999999999999", "-97.5"],
        ["-" * len(lines[5])],
        ["(all)", "USD", SUM, "4", "1.1000000000000000000001", "27.5"],
    ]


def test_csv_json_and_parquet_say_the_same(loaded: Path, tmp_path: Path) -> None:
    by = ("--by", "service,tag:Ops.Team", "--month", "2026-09..2026-10")
    names = ["service", "tag:Ops.Team", "currency", "cost", "lines"]
    rows = list(csv.reader(io.StringIO(asked(loaded, *by, "--csv"))))
    assert rows == [names, ["NETWORK", "", "USD", "5", "1"], ["COMPUTE", "red", "USD", "4.1000000000000000000001", "2"]]
    found = json.loads(asked(loaded, *by, "--json"))
    assert found["columns"] == names
    assert [[str(each[name] or "") for name in names] for each in found["rows"]] == rows[1:]
    place = tmp_path / "deep" / "x.parquet"
    assert asked(loaded, *by, "--parquet", str(place)) == f"{place} written\n"
    table = pyarrow.parquet.read_table(place)
    assert table.column("cost").to_pylist() == [Decimal(5), Decimal("4.1000000000000000000001")]
    assert [each.name for each in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("more", ["", ",product"], ids=["by the summary", "by the reports' rows"])
def test_compartments_go_by_their_paths_and_tenancies_by_their_names(loaded: Path, tmp_path: Path, more: str) -> None:
    warehouse = shutil.copy(loaded, tmp_path / "w.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        for path in ("/prod/web", "/old/place"):  # a compartment that has moved and is there twice counts once
            connection.execute(
                "INSERT INTO oci_compartment (compartment_id, path, tenancy_id) VALUES (?, ?, ?)",
                [COMPARTMENT, path, TENANCY],
            )
        connection.execute("INSERT INTO oci_tenancy (tenancy_id, name) VALUES (?, 'Our Company')", [CHILD])
    by = ("--by", f"compartment,tenancy{more}", "--month", "2026-10", "--csv")
    for chosen in ("compartment=/prod/*", "tenancy=our company"):
        rows = list(csv.reader(io.StringIO(asked(warehouse, *by, "--filter", chosen))))[1:]
        assert [(*row[:2], *row[-2:]) for row in rows] == [("/prod/web", "Our Company", "5", "1")]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.name)
def test_every_ready_question_answers(loaded: Path, question: Any) -> None:
    found = list(csv.reader(io.StringIO(asked(loaded, "--question", question.name, "--csv"))))
    assert tuple(found[0]) == question.columns


def test_ready_questions_take_months_and_filters_and_are_listed(loaded: Path) -> None:
    options = ("--question", "months", "--month", "2026-10", "--filter", "service=net*", "--json")
    assert [each["cost"] for each in json.loads(asked(loaded, *options))["rows"]] == ["5"]
    listed = asked(loaded, "--questions")
    assert all(each.name in listed and each.question in listed for each in QUESTIONS)


def test_sql_of_ones_own_reads_with_all_digits(loaded: Path, tmp_path: Path) -> None:
    sql = "SELECT SUM(cost) AS c, MAX(month) FROM oci_cost_line WHERE month >= DATE '2026-10-01' -- the end"
    assert asked(loaded, "--sql", sql, "--csv").splitlines()[1] == f"{SUM},2026-10-01"
    place = tmp_path / "x.parquet"
    asked(loaded, "--sql", sql, "--parquet", str(place))
    assert duckdb.sql(f"SELECT c FROM '{place}'").fetchall() == [(Decimal(SUM),)]
    with_more = asked(loaded, "--sql", "SELECT range FROM range(10)", "--limit", "2").splitlines()
    assert [line.strip() for line in with_more[:3]] == ["range", "0", "1"]
    assert with_more[3].startswith("… and more")


HOSTILE = [
    "ATTACH '{folder}/other.duckdb'",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "COPY oci_loader FROM '{folder}/seen.csv'",
    "SELECT * FROM read_csv('{folder}/seen.csv')",
    "SELECT * FROM '{folder}/seen.csv'",
    "SELECT * FROM read_text('{folder}/seen.csv')",
    "SELECT * FROM read_blob('{folder}/*')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('{folder}/seen.csv')",
    "SELECT * FROM parquet_scan('{folder}/seen.csv')",
    "SET threads = 4",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA database_list",
    "PRAGMA threads = 4",
    "INSTALL httpfs",
    "LOAD httpfs",
    "INSERT INTO oci_loader VALUES ('a', 'b')",
    "DELETE FROM oci_cost",
    "UPDATE oci_loader SET value = '9'",
    "DROP TABLE oci_cost",
    "CREATE TABLE mine (a INTEGER)",
    "CREATE TEMP TABLE mine (a INTEGER)",
    "EXPORT DATABASE '{folder}/all'",
    "CALL pragma_version()",
    "DETACH warehouse",
    "USE memory",
    "CHECKPOINT",
    "VACUUM",
    "SELECT 1; SELECT 2",
    "SELECT * FROM query('DROP TABLE oci_cost')",
    "SELECT * FROM loaded",
    "WITH gone AS (DELETE FROM oci_cost RETURNING *) SELECT * FROM gone",
    "SELECT getenv('HOME')",
    "",
    "  ;  ",
    "SELEKT 1",
    "SELECT $1",
]


TO_PARQUET = ("--parquet", "{folder}/kept.parquet")


@pytest.mark.parametrize(
    ("sql", "output"), [*((each, ()) for each in HOSTILE), *((each, TO_PARQUET) for each in HOSTILE[1::6])]
)
def test_sql_that_would_do_more_than_read_is_refused(
    loaded: Path, tmp_path: Path, sql: str, output: tuple[str, ...]
) -> None:
    (tmp_path / "seen.csv").write_text("a\nsecret\n")
    before = loaded.read_bytes()
    options = [each.format(folder=tmp_path) for each in output]
    error = refused(loaded, "--sql", sql.format(folder=tmp_path) or " ", *options)
    assert (error["reason"], error["field"]) == ("bad-request", "sql")
    assert "secret" not in str(error)
    assert [each.name for each in tmp_path.iterdir()] == ["seen.csv"]
    assert loaded.read_bytes() == before


@pytest.mark.parametrize(
    "wanted", ["COPY (SELECT 1) TO '{0}/x'", "SELECT * FROM read_text('{0}/x')", "SET threads = 2"]
)
def test_the_engine_refuses_where_the_kind_of_statement_is_not_looked_at(
    loaded: Path, tmp_path: Path, wanted: str
) -> None:
    """The second wall: no file but the warehouse's, and no setting."""
    (tmp_path / "x").touch()
    with contextlib.closing(Sandbox(str(loaded), Deadline.after(60))) as sandbox:
        with pytest.raises(duckdb.Error, match=r"disabled by configuration|configuration has been locked"):
            sandbox._connection.execute(wanted.format(tmp_path))
        with pytest.raises(duckdb.Error, match="read-only"):
            sandbox._connection.execute("INSERT INTO oci_loader VALUES ('a', 'b')")


def test_names_of_this_process_mean_nothing_in_a_query(loaded: Path) -> None:
    """DuckDB would take any Arrow table or DataFrame of the caller's variables for a table."""
    kept = pyarrow.table({"a": ["secret"]})
    with contextlib.closing(Sandbox(str(loaded), Deadline.after(60))) as sandbox:
        with pytest.raises(duckdb.CatalogException, match="kept does not exist"):
            sandbox._connection.execute("SELECT * FROM kept")
        assert kept.num_rows == 1


@pytest.mark.parametrize("output", ["table", "parquet"])
def test_a_query_without_an_end_is_interrupted(loaded: Path, tmp_path: Path, output: str) -> None:
    with contextlib.closing(Sandbox(str(loaded), Deadline.after(0.3), [tmp_path / "x"])) as sandbox:
        ways = {
            "table": lambda: list(sandbox.ask(ENDLESS, {}, by_user=True)[1]),
            "parquet": lambda: sandbox.write_parquet(tmp_path / "x", ENDLESS, {}, by_user=True),
        }
        with pytest.raises(DeadlineExceeded):
            ways[output]()
        with pytest.raises(DeadlineExceeded):
            sandbox.ask("SELECT 1", {})


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        (("--by", "servce"), "by", "did you mean service"),
        (("--by", "tag:Ops.Taem"), "by", "did you mean Ops.Team"),
        (("--by", "tag:"), "by", "is no dimension"),
        (("--filter", "srvice=x"), "filter", "did you mean service"),
        (("--filter", "tag:nothing=x"), "filter", "no line of the bill has the tag"),
        (("--filter", "service"), "filter", "is no filter"),
        (("--month", "2026-13"), "month", "is no month"),
        (("--month", "October"), "month", "is no month"),
        (("--month", "2026-10", "--against", "last"), "against", "is no month"),
        (("--against", "2026-09"), "against", "needs --month"),
        (("--question", "mover"), "question", "did you mean movers"),
        (("--question", "movers", "--against", "previous"), "against", "does not go with"),
        (("--sql", "SELECT 1", "--month", "2026-10"), "month", "does not go with"),
        (("--sql", "SELECT 1", "--by", "service"), "sql", "two questions"),
        (("--csv", "--json"), "json", "two outputs"),
        (("--seconds", "0"), "seconds", "is 0"),
        (("--decimals", "-1"), "decimals", "is -1"),
        (("--by", "service", "--columns", "cost"), "columns", "does not go with"),
        (("--question", "movers", "--columns", "reson"), "columns", "did you mean reason"),
        (("--limit", "-1"), "limit", "is -1"),
        (("--parquet", "/dev/null/x"), "parquet", "File exists"),
        (("--sql", "SELECT servce FROM oci_cost_daily"), "sql", "service"),
        (("--sql", "SELECT list(range) FROM range(200000000)"), "sql", "more memory than 256MB"),
        (("--warehouse", "/nowhere"), "warehouse", "is no file"),
        (("--warehouse", ""), "warehouse", "is missing"),
    ],
)
def test_what_cannot_be_answered_names_the_field_and_the_nearest_name(
    loaded: Path, options: tuple[str, ...], field: str, words: str
) -> None:
    error = refused(loaded, *options)
    assert (error["reason"], error["field"]) == ("bad-request", field)
    assert words in error["message"]
    assert error["fix"]


def test_months_without_rows_say_which_days_there_are(loaded: Path) -> None:
    assert asked(loaded, "--month", "2020-01").endswith(
        "No rows. The warehouse has usage from 2026-09-04 to 2026-10-05.\n"
    )


def test_a_file_that_is_no_warehouse_or_an_older_one_is_named(loaded: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "other.duckdb")):
        pass
    (tmp_path / "text").write_text("no database")
    shutil.copy(loaded, tmp_path / "old.duckdb")
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute("UPDATE oci_loader SET value = '1' WHERE name = 'schema_version'")
    for name in ("other.duckdb", "text", "old.duckdb"):
        assert refused(tmp_path / name, "--by", "service")["reason"] == "warehouse-unusable"
