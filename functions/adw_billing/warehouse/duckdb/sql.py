"""The embedded warehouse's own SQL: stages, publication, daily summary, and `oci_billing` as users know it.

`oci_billing` is a view here: over the typed tables, and over a table of that name that was there before, which goes on
as `oci_billing_adopted`. So nothing is stored twice, and no order of loading can put a quantity into it twice.
"""

from __future__ import annotations

from functions.adw_billing.model.columns import NUMBER_SCALE, ColumnType
from functions.adw_billing.model.tables import (
    ALL,
    BILLING,
    COST_FROM_ROW,
    COST_SUM,
    DAILY,
    DATA,
    DAY_COLUMN,
    FIRST_DAY,
    LOADER,
    NO_DAY,
    QUANTITY_SUM,
    REJECTED,
    REPORT,
    SUMMARY_COLUMNS,
    USAGE,
)
from functions.adw_billing.model.warehouse import (
    RETRIED_DAILY_REASON,
    RETRIED_REASONS,
    RETRY_DAYS,
    UNKNOWN_TENANCY,
    WHOLE_OBJECT,
)
from functions.adw_billing.warehouse.ddl import duckdb_create

ADOPTED = f"{BILLING.name}_adopted"
ADOPT = (f"CREATE TABLE {ADOPTED} AS SELECT * FROM {BILLING.name}", f"DROP TABLE {BILLING.name}")
"""A copy, because DuckDB renames no table that has an index."""
ADOPTED_DAY = "CAST(lineItem_intervalUsageStart AS VARCHAR)[1:10]"
"""The usage day of its rows, whose times are texts that begin with the date, or timestamps."""
RETAIN_ADOPTED = f"DELETE FROM {ADOPTED} WHERE starts_with(usage_report, $tenancy_id || '-') AND {ADOPTED_DAY} < $first"
"""Old days of a table that was there before the loader."""
BY_KEY = "tenancy_id = $tenancy_id AND object_name = $object_name AND object_etag = $object_etag"
BY_NAME = "tenancy_id = $tenancy_id AND object_name = $object_name"
_OF_UNKNOWN_TENANCY = f"tenancy_id = '{UNKNOWN_TENANCY}' AND object_name = $object_name AND $tenancy_id <> tenancy_id"
FORGET_REPORT = (
    f"DELETE FROM {REPORT.name} WHERE {BY_NAME} OR ({_OF_UNKNOWN_TENANCY} AND rows_loaded = 0)",
    (
        f"DELETE FROM {REJECTED.name} q WHERE {_OF_UNKNOWN_TENANCY} AND NOT EXISTS (SELECT 1 FROM {REPORT.name} r "
        "WHERE r.tenancy_id = q.tenancy_id AND r.object_name = q.object_name)"
    ),
)
"""The other versions of an object that is loaded, and what is known of it from when its tenancy was unknown."""
STAGED = {dialect: f"{table.name}_stage" for dialect, table in DATA.items()}
"""Private tables of objects that are loaded in slices."""
STAGED_REJECTED = f"{REJECTED.name}_stage"
MAX_SMALL_VALUE = 100_000
"""Values up to here add up, 1,000,000,000 of them, in a DECIMAL(38, 24): most rows' whole part need not be cut off."""


def parted_sum(expression: str) -> str:
    """Return the sum of a decimal in parts that do not overflow: small values, large ones' wholes and fractions."""
    # DuckDB's sum of a DECIMAL(38, s) is a DECIMAL(38, s) itself, so that a few large amounts overflow it. Wholes have
    # no decimals to keep and fractions stay below one each: neither part overflows, and their sum is exact.
    small = f"{expression} BETWEEN -{MAX_SMALL_VALUE} AND {MAX_SMALL_VALUE}"
    whole = f"trunc({expression})"
    return (
        f"sum(CASE WHEN {small} THEN {expression} END), "
        f"sum(CASE WHEN NOT {small} THEN CAST({whole} AS DECIMAL(38,0)) END), "
        f"sum(CASE WHEN NOT {small} THEN {expression} - {whole} END)"
    )


def create_statements() -> list[str]:
    """Return the DDL of all tables, as far as they are missing."""
    stored = [table for table in ALL if table is not BILLING]
    stages = [duckdb_create(DATA[dialect], name) for dialect, name in STAGED.items()]
    return [*(duckdb_create(table) for table in stored), *stages, duckdb_create(REJECTED, STAGED_REJECTED)]


def sums_of(dialect: str, name: str) -> str:
    """Return the query for rows, and cost and quantity in three parts each, of one object in the table ``name``."""
    return f"SELECT {_sums(dialect)} FROM {name} WHERE {BY_KEY}"


def sums_by_object(dialect: str, where: str) -> str:
    """Return the query for an object's key and the same sums, for each object that has rows ``where``."""
    key = "tenancy_id, object_name, object_etag"
    return f"SELECT {key}, {_sums(dialect)} FROM {DATA[dialect].name} WHERE {where} GROUP BY {key}"


def _sums(dialect: str) -> str:
    zero = "CAST(0 AS DECIMAL(38,18))"
    cost, quantity = COST_SUM[dialect].sql(zero), QUANTITY_SUM[dialect].sql(zero)
    return f"count(*), {parted_sum(cost)}, {parted_sum(quantity)}"


def ledger() -> str:
    """Return the query for a tenancy's settled objects, and whether a rejected one is tried again ``$now``."""
    reasons = ", ".join(f"'{reason}'" for reason in sorted(RETRIED_REASONS))
    return (
        f"SELECT object_name, object_etag, state, EXISTS (SELECT 1 FROM {REJECTED.name} q "
        "WHERE q.tenancy_id = r.tenancy_id AND q.object_name = r.object_name AND q.object_etag = r.object_etag "
        f"AND q.object_row = {WHOLE_OBJECT} AND (q.reason IN ({reasons}) OR (q.reason = '{RETRIED_DAILY_REASON}' "
        f"AND r.loaded_at < CAST($now AS TIMESTAMP) - INTERVAL {RETRY_DAYS} DAY))) FROM {REPORT.name} r "
        "WHERE tenancy_id = $tenancy"
    )


def days_of(dialect: str) -> str:
    """Return the query for the usage days of all rows of an object's name."""
    return f"SELECT DISTINCT CAST({DAY_COLUMN[dialect]} AS DATE) FROM {DATA[dialect].name} WHERE {BY_NAME}"


def summarise(dialect: str) -> list[str]:
    """Return the statements that bring `oci_cost_daily` up to date for the days from $first to $last.

    Of days whose rows `retention_days` has removed the summary stays, and an object that has no version in the ledger
    yet adds to it.
    """
    names, values = (", ".join(each) for each in zip(*SUMMARY_COLUMNS[dialect].items(), strict=True))
    day = DAY_COLUMN[dialect]
    since = f"CAST(coalesce((SELECT value FROM {LOADER.name} WHERE name = $retained), '{FIRST_DAY}') AS DATE)"
    loaded = f"SELECT 1 FROM {REPORT.name} WHERE {BY_NAME} AND state <> 'rejected'"
    return [
        (
            f"DELETE FROM {DAILY.name} WHERE tenancy_id = $tenancy_id AND dialect = $dialect "
            f"AND usage_day BETWEEN greatest($first, {since}) AND $last"
        ),
        (
            f"INSERT INTO {DAILY.name} (tenancy_id, usage_day, dialect, {names}, cost, row_count) "
            f"SELECT tenancy_id, CAST({day} AS DATE), $dialect, {values}, "
            f"sum({COST_SUM[dialect].sql('0')}), count(*) FROM {DATA[dialect].name} WHERE "
            f"tenancy_id = $tenancy_id AND {day} >= CAST($first AS TIMESTAMP) AND "
            f"{day} < CAST($last AS TIMESTAMP) + INTERVAL 1 DAY AND "
            f"({day} >= {since} OR (object_name = $object_name AND NOT EXISTS ({loaded}))) "
            "GROUP BY ALL ORDER BY ALL"
        ),
    ]


def billing_view(adopted: frozenset[str]) -> str:
    """Return the DDL of the view `oci_billing`; ``adopted``: the columns, in lower case, of the adopted table."""
    first = f"coalesce((SELECT value FROM {LOADER.name} WHERE name = '{COST_FROM_ROW}'), '{NO_DAY}')"
    parts = []
    if adopted:
        names = [
            f"CAST({column.name if column.name.lower() in adopted else 'NULL'} AS VARCHAR) AS {column.name}"
            for column in BILLING.columns
        ]
        early = f"coalesce({ADOPTED_DAY} < {first}, true)"
        parts.append(f"SELECT {', '.join(names)} FROM {ADOPTED} WHERE {early}")
    for dialect, test in (("usage", "<"), ("cost", ">=")):
        day = f"CAST(CAST({DAY_COLUMN[dialect]} AS DATE) AS VARCHAR)"
        where = f"coalesce({day} {test} {first}, {'true' if dialect == 'usage' else 'false'})"
        parts.append(f"SELECT {', '.join(_billing_columns(dialect))} FROM {DATA[dialect].name} WHERE {where}")
    return f"CREATE OR REPLACE VIEW {BILLING.name} AS {' UNION ALL '.join(parts)}"


def _billing_columns(dialect: str) -> list[str]:
    base = r"regexp_replace(regexp_replace(object_name, '^.*/', ''), '(\.csv)?(\.gz)?$', '')"
    columns = [f"tenancy_id || '-' || {base} AS usage_report"]
    known = {column.name.lower(): column for column in DATA[dialect].columns}
    for column in BILLING.columns[1:]:
        found = known.get(column.name.lower())
        columns.append(f"{_as_text(column.name, found.type if found else None)} AS {column.name}")
    return columns


def _as_text(name: str, column_type: ColumnType | None) -> str:
    """Return a typed column as the text that usage reports have for it."""
    if column_type is None:
        return "CAST(NULL AS VARCHAR)"
    if column_type is ColumnType.TIME:
        texts = [f"strftime({name}, '{spelling}')" for spelling in ("%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ")]
        return f"CASE WHEN second({name}) = 0 THEN {texts[0]} ELSE {texts[1]} END"
    if column_type in NUMBER_SCALE:
        return f"rtrim(rtrim(CAST({name} AS VARCHAR), '0'), '.')"
    return name


def newest_billing_day(*, adopted: bool) -> str:
    """Return the query for the newest usage days (YYYY-MM-DD) of usage reports and of an adopted table.

    The newest one until $latest, and the newest of all.
    """
    parts = [f"SELECT CAST(CAST(lineItem_intervalUsageStart AS DATE) AS VARCHAR) AS day FROM {USAGE.name}"]
    if adopted:
        parts.append(f"SELECT {ADOPTED_DAY} FROM {ADOPTED}")
    return f"SELECT max(day) FILTER (WHERE day <= $latest), max(day) FROM ({' UNION ALL '.join(parts)})"
