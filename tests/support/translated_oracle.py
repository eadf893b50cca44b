"""The Oracle engine's statements on DuckDB: each is read by sqlglot's Oracle dialect and run in translation."""

from __future__ import annotations

import contextlib
import functools
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
import sqlglot
from sqlglot import exp

from emulator.reports.billing_history import BillingHistory
from functions.adw_billing.errors import DatabaseError
from functions.adw_billing.model import tables
from functions.adw_billing.warehouse.oracle.names import DEFAULT_NAMES, Names, Sql, text_of
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from functions.adw_billing.warehouse.questions.words import OracleWords
from shared.deadline import Deadline
from tests.support.dbms_cloud import CopyError, copied

COPY = r"BEGIN DBMS_CLOUD\.COPY_DATA\((\w+ => :\w+(, )?)+\); END;"
COMMANDS = (COPY, r"ALTER SESSION SET \w+ = '[^']*'", r"ALTER TABLE \w*oci_billing MODIFY \(\w+ VARCHAR2\(\d+ CHAR\)\)")
"""What sqlglot reads as a command only, or not at all, and what may be that: the whole list."""

CODES = {
    duckdb.CatalogException: {"already exists": "ORA-00955", "does not exist": "ORA-00942"},
    duckdb.ConstraintException: {"Duplicate key": "ORA-00001", "violates primary key": "ORA-00001"},
    duckdb.ConversionException: {"Date out of range": "ORA-01839"},
}
DICTIONARY = """
CREATE TABLE dual AS SELECT 'X' AS dummy;
CREATE TABLE session_privs AS SELECT unnest(['CREATE SESSION', 'CREATE TABLE', 'CREATE VIEW']) AS privilege;
CREATE TABLE all_objects AS SELECT 'DBMS_CLOUD' AS object_name, 'PACKAGE' AS object_type;
CREATE VIEW user_tables AS SELECT upper(table_name) AS table_name FROM duckdb_tables();
CREATE VIEW user_tab_columns AS SELECT upper(table_name) AS table_name, upper(column_name) AS column_name,
  'VARCHAR2' AS data_type, 150 AS char_length FROM duckdb_columns() WHERE data_type = 'VARCHAR';
CREATE MACRO SYS_EXTRACT_UTC(moment) AS moment;
CREATE MACRO SYSTIMESTAMP() AS current_timestamp::TIMESTAMP;
CREATE MACRO NUMTODSINTERVAL(amount, unit) AS to_seconds(amount::DOUBLE);
CREATE MACRO REGEXP_COUNT(source, pattern) AS len(regexp_extract_all(source, pattern));
CREATE MACRO ORACLE_REGEXP_SUBSTR(source, pattern, place, n, flags, part) AS
  regexp_extract_all(source, pattern, part::INTEGER)[n];
"""

STORY = BillingHistory(
    seed="questions",
    first_day=date(2026, 1, 20),
    days=24,
    rows_per_day=12,
    windows_a_day=1,
    resources=30,
    late_days=2,
    correction_days=2,
)
"""The bill that the questions' views are asked about, in translation and on a database."""


def parsed(statement: str) -> exp.Expression | None:
    """The statement as sqlglot's Oracle dialect reads it; None for a command of the list, no other is allowed."""
    if any(re.fullmatch(pattern, statement) for pattern in COMMANDS):
        return None
    tree = sqlglot.parse_one(statement, dialect="oracle")
    assert not isinstance(tree, exp.Command), f"sqlglot does not understand: {statement}"
    return tree


def _keep_formats(tree: exp.Expression) -> None:
    """Write TO_CHAR of a day as DuckDB does: sqlglot drops its format."""
    for found in list(tree.find_all(exp.ToChar)):
        form = str(found.args["format"].this) if found.args.get("format") else ""
        if re.fullmatch("[YMD/-]+", form):
            form = form.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d")
            found.replace(exp.Anonymous(this="strftime", expressions=[found.this, exp.Literal.string(form)]))


@functools.cache
def translation(statement: str) -> str:
    """The statement in DuckDB's SQL, NUMBER with a precision and a scale; empty for a command."""
    tree = parsed(statement)
    if tree is None:
        return ""
    scale = 13 if "oci_usage" in statement or "usage_consumedQuantity " in statement else 18
    for kind in list(tree.find_all(exp.DataType)):
        if kind.this == exp.DataType.Type.DECIMAL and not kind.expressions:
            kind.replace(exp.DataType.build(f"DECIMAL(38, {scale})", dialect="duckdb"))
    for unit in tree.find_all(exp.Literal):
        if unit.this == "DD":  # of TRUNC; DuckDB says "day"
            unit.set("this", "DAY")
    for found in list(tree.find_all(exp.RegexpSubstr)):
        found.replace(exp.Anonymous(this="ORACLE_REGEXP_SUBSTR", expressions=list(found.iter_expressions())))
    for value in list(tree.find_all(exp.JSONValue)):
        value.replace(exp.Anonymous(this="json_extract_string", expressions=[value.this, value.args["path"]]))
    _keep_formats(tree)
    for each in tree.find_all(exp.With):
        each.set("recursive", True)  # noqa: FBT003  (Oracle has no word for it)
    if isinstance(tree, exp.Drop):
        tree.set("purge", None)
    return tree.sql(dialect="duckdb", unsupported_level=sqlglot.ErrorLevel.IGNORE)


def translated_questions(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """A connection to copies of a warehouse's tables, whose views of questions are Oracle's in translation."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{warehouse}' AS source (READ_ONLY)")
    connection.execute(DICTIONARY)
    for table in tables.ALL:
        if table is not tables.BILLING:
            connection.execute(f"CREATE TABLE {table.name} AS SELECT * FROM source.{table.name}")
    for question in QUESTIONS:
        connection.execute(translation(question.create(OracleWords(DEFAULT_NAMES))))
    return connection


class TranslatedSession:
    """What `oracle_session.Session` offers, on a DuckDB database of its own."""

    def __init__(self, names: Names = DEFAULT_NAMES, file: Path | None = None) -> None:
        self.names = names
        there = file is not None and file.exists()
        self.database = duckdb.connect(str(file or ":memory:"))
        if not there:
            self.database.execute(DICTIONARY)
        self.statements = 0
        self.seen: list[str] = []
        self.objects: dict[str, bytes] = {}
        self._open = False

    @classmethod
    def begun(cls) -> Self:
        """A session with the loader's tables: a copy of ones that were made once, which takes four times as long."""
        folder = Path(tempfile.mkdtemp())
        (folder / "begun.duckdb").write_bytes(_made())
        session = cls(file=folder / "begun.duckdb")
        weakref.finalize(session, shutil.rmtree, folder, ignore_errors=True)
        return session

    def rows(self, statement: Sql, **binds: object) -> list[tuple[Any, ...]]:
        self.statements += 1
        return self._run(statement, binds).fetchall()

    def run(self, statement: Sql, **binds: object) -> int:
        self.statements += 1
        done = self._run(statement, binds).fetchall()
        return int(done[0][0]) if done and isinstance(done[0][0], int) else 0

    def many(self, statement: Sql, rows: Sequence[Mapping[str, object]]) -> None:
        self.statements += bool(rows)
        for row in rows:
            self._run(statement, row)

    def insert(self, statement: Sql, batch: Any) -> None:
        self.statements += 1
        for row in batch.to_pylist():
            self._run(statement, row)

    def _copy(self, **binds: Any) -> duckdb.DuckDBPyConnection:
        """DBMS_CLOUD commits what it has copied."""
        self.commit()
        assert binds["credential_name"] == "OCI$RESOURCE_PRINCIPAL"
        try:
            names, rows = copied(self.objects[binds["file_uri_list"]], binds["field_list"], binds["copy_format"])
        except CopyError as error:
            raise DatabaseError(str(error), code=f"ORA-{error.code:05}") from None
        create = next(
            each for each in reversed(self.seen) if each.startswith(f"CREATE TABLE {binds['table_name'].lower()}")
        )
        widths = re.findall(r"^  (\w+) (?:NUMBER|VARCHAR2)\((\d+)", create, re.MULTILINE)
        assert [column.upper() for column, _ in widths] == names
        if any(
            len(str(value or "")) > int(width) for row in rows for value, (_, width) in zip(row, widths, strict=True)
        ):
            raise DatabaseError("a value is too long for its column", code="ORA-20003")
        if rows:
            self.database.executemany(f"INSERT INTO {binds['table_name']} VALUES ({', '.join('?' * len(names))})", rows)
        return self.database.execute("SELECT 1")

    @contextlib.contextmanager
    def reserving(self, _seconds: float) -> Iterator[None]:
        yield

    def commit(self) -> None:
        self.statements += 1
        if self._open:
            self.database.execute("COMMIT")
            self._open = False

    def rollback(self) -> None:
        if self._open:
            self.database.execute("ROLLBACK")
            self._open = False

    def reopen(self) -> None:
        self.rollback()

    def close(self) -> None:
        self.rollback()

    def _run(self, said: Sql, binds: Any) -> duckdb.DuckDBPyConnection:
        statement = text_of(said, self.names)
        self.seen.append(statement)
        text = translation(statement)
        if re.fullmatch(COPY, statement):
            return self._copy(**binds)
        if not text:
            return self.database.execute("SELECT 0")
        if statement.startswith(("CREATE", "DROP", "TRUNCATE", "ALTER")):
            self.commit()  # as Oracle's DDL does
        elif not self._open:
            self.database.execute("BEGIN")
            self._open = True
        try:
            return self.database.execute(text, binds or None)
        except tuple(CODES) as error:
            self.rollback()
            code = next((code for words, code in CODES[type(error)].items() if words in str(error)), "")
            raise DatabaseError(str(error), code=code) from None


@functools.cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "made.duckdb"
        session = TranslatedSession(file=file)
        OracleWarehouse(session, Deadline.after(600), "call").migrate()  # type: ignore[arg-type]
        session.commit()
        session.database.close()
        return file.read_bytes()
