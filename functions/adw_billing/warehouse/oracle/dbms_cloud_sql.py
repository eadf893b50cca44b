"""The SQL of `load_mode=dbms_cloud`: the database reads an object itself, as texts, and turns them into staged rows.

The copy's table has a column for each field of the object, `c1`, `c2` …, in the order of its header, as wide as the
column that the field goes to. What is not plainly right there is not staged by SQL: see `fitness`. Sources: DBMS_CLOUD
Subprograms, "COPY_DATA Procedure", and "DBMS_CLOUD Package Format Options" (Oracle Autonomous Database documentation);
field lists: Oracle Database Utilities, "ORACLE_LOADER Access Driver".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from functions.adw_billing.model.columns import DIGITS, Column, ColumnType, Table
from functions.adw_billing.model.tables import BILLING, COST_SUM, DATA, DAY_COLUMN, OBJECT_KEY, QUANTITY_SUM
from functions.adw_billing.warehouse.oracle.names import Statement
from functions.adw_billing.warehouse.oracle.sql import sums
from functions.adw_billing.warehouse.oracle.stage_sql import NUMBER_TEXT_CHARACTERS

if TYPE_CHECKING:
    from functions.adw_billing.model.headers import Layout

CREDENTIAL = "OCI$RESOURCE_PRINCIPAL"
"""The database's own principal: DBMS_CLOUD_ADMIN.ENABLE_RESOURCE_PRINCIPAL lets a user have it."""
MAX_COPY_COLUMNS = 990
"""Fields of an object that a table has room for (1,000 columns, Database Reference, "Logical Database Limits")."""
MAX_TEXT_CHARACTERS = 4000
MAX_TIME_CHARACTERS = 64
MAX_FIELD_CHARACTERS = 32_767
NUMBER_PATTERN = "^-?[0-9]+([.][0-9]+)?(E-?[0-9]{1,2})?$"
TIME_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?Z$"
_STRING = r'"([^"\\[:cntrl:]]|\\["\\/bfnrt])*"'
_TAG = f"{_STRING} *: *{_STRING}"
TAGS_PATTERN = f"^(\\{{({_TAG}( *, *{_TAG})*)?\\}}|{_TAG}( *, *{_TAG})*)$"
"""JSON objects of texts, with the outer braces or without; of all others the function decides. Oracle takes no pattern
of more than 512 bytes."""
CONTROL_PATTERN = "[[:cntrl:]]"
"""Characters that JSON writes as escapes."""

COPY = (
    "BEGIN DBMS_CLOUD.COPY_DATA(table_name => :table_name, credential_name => :credential_name, "
    "file_uri_list => :file_uri_list, field_list => :field_list, format => :copy_format); END;"
)


def copy_format(*, compressed: bool) -> str:
    """Return the format of a report: a row that cannot be read ends the copy; DBMS_CLOUD's log is kept for a day."""
    options = {
        "type": "csv",
        "delimiter": ",",
        "quote": '"',
        "characterset": "AL32UTF8",
        "skipheaders": 1,
        "trimspaces": "notrim",
        "conversionerrors": "reject_record",
        "rejectlimit": 0,
        "logretention": 1,
    }
    return json.dumps({**options, **({"compression": "gzip"} if compressed else {})})


def copy_table(layout: Layout, name: str) -> Table:
    """Return the table that the object is copied into."""
    types = layout.value_types
    lengths = layout.lengths

    def length(position: int) -> int:
        if position in lengths:
            return lengths[position]
        if position not in types:
            return MAX_TEXT_CHARACTERS
        return MAX_TIME_CHARACTERS if types[position] is ColumnType.TIME else NUMBER_TEXT_CHARACTERS

    fields = [Column(f"c{position + 1}", length=length(position)) for position in range(layout.width)]
    return Table(name, (Column("record_no", ColumnType.INTEGER), *fields))


def field_list(layout: Layout) -> str:
    """Return what the access driver reads: the number of the record, and each field as a text."""
    fields = [f'"C{position + 1}" CHAR({MAX_FIELD_CHARACTERS})' for position in range(layout.width)]
    return ", ".join(['"RECORD_NO" RECNUM', *fields])


def fitness(layout: Layout, copied: Table) -> Statement:
    """Return the query for rows, distinct record numbers, the first and last of them, and rows that are not for SQL."""
    tests = " OR ".join(_unfit(layout)) or "1 = 0"
    return Statement(
        lambda name: (
            "SELECT COUNT(*), COUNT(DISTINCT record_no), MIN(record_no), MAX(record_no), "
            f"COUNT(CASE WHEN {tests} THEN 1 END) FROM {name(copied)}"
        )
    )


def _unfit(layout: Layout) -> list[str]:
    """Return the conditions under which SQL might turn a row into other values than the parser does."""
    # Numbers and times in other forms than reports have; more characters than NUMBER keeps digits; control characters
    # in what becomes JSON, which SQL would have to escape; and NUL, which the parser quarantines and VARCHAR2 keeps.
    tests = []
    for position, column_type in layout.value_types.items():
        field = _field(layout, position)
        tests.append(
            f"NOT REGEXP_LIKE({field}, '{TIME_PATTERN if column_type is ColumnType.TIME else NUMBER_PATTERN}')"
        )
        if column_type is not ColumnType.TIME:
            tests.append(f"LENGTH({field}) > {DIGITS}")  # so many characters are no more digits than NUMBER keeps
    tests += [f"REGEXP_LIKE(c{position + 1}, '{CONTROL_PATTERN}')" for _, position in (*layout.tags, *layout.others)]
    tests += [f"INSTR(c{position + 1}, CHR(0)) > 0" for position in layout.columns.values()]
    tests += [f"NOT REGEXP_LIKE({_field(layout, position)}, '{TAGS_PATTERN}')" for position in layout.tag_texts]
    if layout.tag_texts and layout.tags:  # the two are to be joined
        tests.append("1 = 1")
    return tests


def stage_rows(layout: Layout, copied: Table, stage: Table) -> Statement:
    """Return the INSERT of the copied rows into the private table of rows; ``:first``: the first one's number."""
    columns = DATA[layout.dialect].columns[len(OBJECT_KEY) + 1 :]
    values = ["record_no - :first + 1", *(_value(layout, column) for column in columns), "0"]
    return _insert(stage, values, copied)


def stage_billing(layout: Layout, copied: Table, stage: Table) -> Statement:
    """Return the INSERT of the copied rows into the private table for `oci_billing`, as texts."""
    texts = [_text(layout, column.name) for column in BILLING.columns[1:]]
    day = f"TO_DATE(SUBSTR({_text(layout, DAY_COLUMN[layout.dialect])}, 1, 10), 'YYYY-MM-DD')"
    return _insert(stage, [*texts, day, "0"], copied)


def _insert(stage: Table, values: list[str], copied: Table) -> Statement:
    return Statement(
        lambda name: (
            f"INSERT INTO {name(stage)} ({', '.join(stage.names)}) SELECT {', '.join(values)} FROM {name(copied)}"
        )
    )


def staged_sums(dialect: str, stage: Table) -> Statement:
    """Return the query for rows and sums of the private table of rows, whose numbers are texts."""
    number = "CAST({} AS NUMBER)"
    return sums(COST_SUM[dialect].sql("0", number), QUANTITY_SUM[dialect].sql("0", number), stage)


def _field(layout: Layout, position: int) -> str:
    """Return a field without the words that mean "no value"."""
    field = f"c{position + 1}"
    for word in sorted(layout.null_words):
        field = f"NULLIF({field}, '{word}')"
    return field


def _text(layout: Layout, column: str) -> str:
    position = layout.columns.get(column)
    return "NULL" if position is None else _field(layout, position)


def _value(layout: Layout, column: Column) -> str:
    if column.name == "other_columns":
        return _json(layout.others)
    if column.name == "tags" and not layout.tag_texts:
        return _json(layout.tags) if layout.tags or layout.dialect != "focus" else "NULL"
    text = _text(layout, column.name)
    if text == "NULL":
        return text
    if column.name == "tags":
        return f"CASE WHEN LTRIM({text}) LIKE '\"%' THEN '{{' || {text} || '}}' ELSE {text} END"
    return _moment(text) if column.type is ColumnType.TIME else text


def _moment(text: str) -> str:
    """Return a time of the form TIME_PATTERN as a TIMESTAMP, with or without seconds and their fractions."""
    bare = f"REPLACE(SUBSTR({text}, 1, LENGTH({text}) - 1), 'T', ' ')"
    rest = f"CASE LENGTH({text}) WHEN 17 THEN ':00.' WHEN 20 THEN '.' ELSE '' END"
    return f"TO_TIMESTAMP(RPAD({bare} || {rest}, 26, '0'), 'YYYY-MM-DD HH24:MI:SS.FF6')"


def _json(pairs: tuple[tuple[str, int], ...]) -> str:
    """Return a JSON object of the fields that have a value."""
    if not pairs:
        return "'{}'"
    return f"'{{' || SUBSTR({_joined([_member(key, position) for key, position in pairs])}, 2) || '}}'"


def _joined(texts: list[str]) -> str:
    """Join all texts in pairs of pairs: no expression is nested deeply, however many tags there are."""
    if len(texts) == 1:
        return texts[0]
    half = len(texts) // 2
    return f"({_joined(texts[:half])} || {_joined(texts[half:])})"


def _member(key: str, position: int) -> str:
    field = f"c{position + 1}"
    name = f',{json.dumps(key, ensure_ascii=False)}:"'.replace("'", "''")
    escaped = f"REPLACE(REPLACE({field}, '\\', '\\\\'), '\"', '\\\"')"
    return f"CASE WHEN {field} IS NOT NULL THEN '{name}' || {escaped} || '\"' ELSE '' END"
