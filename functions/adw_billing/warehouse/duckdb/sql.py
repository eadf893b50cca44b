"""The embedded warehouse's own SQL: stages, publication, daily summary, and `oci_billing` as users know it.

`oci_billing` is a view here: over the typed tables, and over a table of that name that was there before, which goes on
as `oci_billing_adopted`. So nothing is stored twice, and no order of loading can put a quantity into it twice.
"""

from __future__ import annotations

from functions.adw_billing.model import tables
from functions.adw_billing.model.tables import BILLING, DATA, DAY_COLUMN, REJECTED, REPORT, SERVICE_COLUMNS, Kind
from functions.adw_billing.model.warehouse import UNKNOWN_TENANCY
from functions.adw_billing.warehouse.ddl import NUMBER_SCALE, duckdb_create

ADOPTED = "oci_billing_adopted"
ADOPT = (f"CREATE TABLE {ADOPTED} AS SELECT * FROM {BILLING.name}", f"DROP TABLE {BILLING.name}")
"""A copy, because DuckDB renames no table that has an index."""
ADOPTED_DAY = "CAST(lineItem_intervalUsageStart AS VARCHAR)[1:10]"
"""The usage day of its rows, whose times are texts that begin with the date, or timestamps."""
RETAIN_ADOPTED = f"DELETE FROM {ADOPTED} WHERE starts_with(usage_report, $tenancy_id || '-') AND {ADOPTED_DAY} < $first"
"""Old days of a table that was there before the loader."""
COST_FROM = "oci_billing_cost_from"
BY_KEY = "tenancy_id = $tenancy_id AND object_name = $object_name AND object_etag = $object_etag"
BY_NAME = "tenancy_id = $tenancy_id AND object_name = $object_name"
_NOBODYS = f"tenancy_id = '{UNKNOWN_TENANCY}' AND object_name = $object_name AND $tenancy_id <> tenancy_id"
FORGET_REPORT = (
    f"DELETE FROM {REPORT.name} WHERE {BY_NAME} OR ({_NOBODYS} AND rows_loaded = 0)",
    (
        f"DELETE FROM {REJECTED.name} q WHERE {_NOBODYS} AND NOT EXISTS (SELECT 1 FROM {REPORT.name} r "
        "WHERE r.tenancy_id = q.tenancy_id AND r.object_name = q.object_name)"
    ),
)
"""The other versions of an object that is loaded, and what is known of it from when nothing told its tenancy."""
_THERE = f"object_name = $object_name AND tenancy_id IN ($tenancy_id, '{UNKNOWN_TENANCY}')"
_PLACES = (*(table.name for table in DATA.values()), REJECTED.name, REPORT.name)
KNOWN = f"SELECT {' OR '.join(f'EXISTS (SELECT 1 FROM {name} WHERE {_THERE})' for name in _PLACES)}"
"""Whether there is anything of an object of this name: most are new, and there is nothing to be put in order."""
STAGED = {dialect: f"{table.name}_stage" for dialect, table in DATA.items()}
"""Private tables of objects that are loaded in slices."""
STAGED_REJECTED = f"{REJECTED.name}_stage"
SMALL_VALUE = 100_000
"""Values up to here add up, 1,000,000,000 of them, in a DECIMAL(38, 24): most rows' whole part need not be cut off."""
NEVER = "9999-12-31"
"""As `oci_billing_cost_from` before it is stored: cost reports fill nothing."""


def parted_sum(expression: str) -> str:
    """Sum of a decimal in parts that do not overflow: of small values, and of large ones' wholes and fractions."""
    small = f"{expression} BETWEEN -{SMALL_VALUE} AND {SMALL_VALUE}"
    whole = f"trunc({expression})"
    return (
        f"sum(CASE WHEN {small} THEN {expression} END), "
        f"sum(CASE WHEN NOT {small} THEN CAST({whole} AS DECIMAL(38,0)) END), "
        f"sum(CASE WHEN NOT {small} THEN {expression} - {whole} END)"
    )


def create_statements() -> list[str]:
    """All tables, as far as they are missing."""
    stored = [table for table in tables.ALL if table is not BILLING]
    stages = [duckdb_create(DATA[dialect], name) for dialect, name in STAGED.items()]
    return [*(duckdb_create(table) for table in stored), *stages, duckdb_create(REJECTED, STAGED_REJECTED)]


def sums_of(dialect: str, name: str) -> str:
    """Rows, and cost and quantity in three parts each, of one object in the table ``name``."""
    cost = tables.COST_COLUMN[dialect] or "CAST(0 AS DECIMAL(38,18))"
    quantity = tables.QUANTITY_COLUMN[dialect]
    return f"SELECT count(*), {parted_sum(cost)}, {parted_sum(quantity)} FROM {name} WHERE {BY_KEY}"


def days_of(dialect: str) -> str:
    """The usage days of all rows of an object's name."""
    return f"SELECT DISTINCT CAST({DAY_COLUMN[dialect]} AS DATE) FROM {DATA[dialect].name} WHERE {BY_NAME}"


def summarise(dialect: str) -> list[str]:
    """Statements that bring `oci_cost_daily` up to date for the days from $first to $last.

    Of days whose rows `retention_days` has removed the summary stays, and an object that has no version in the ledger
    yet adds to it.
    """
    service, currency = SERVICE_COLUMNS[dialect]
    day = DAY_COLUMN[dialect]
    since = "CAST(coalesce((SELECT value FROM oci_loader WHERE name = $retained), '0001-01-01') AS DATE)"
    loaded = f"SELECT 1 FROM {REPORT.name} WHERE {BY_NAME} AND state <> 'rejected'"
    return [
        (
            "DELETE FROM oci_cost_daily WHERE tenancy_id = $tenancy_id AND dialect = $dialect "
            f"AND usage_day BETWEEN greatest($first, {since}) AND $last"
        ),
        (
            f"INSERT INTO oci_cost_daily SELECT tenancy_id, CAST({day} AS DATE), $dialect, {service}, {currency}, "
            f"sum({tables.COST_COLUMN[dialect]}), count(*) FROM {DATA[dialect].name} WHERE "
            f"tenancy_id = $tenancy_id AND {day} >= CAST($first AS TIMESTAMP) AND "
            f"{day} < CAST($last AS TIMESTAMP) + INTERVAL 1 DAY AND "
            f"({day} >= {since} OR (object_name = $object_name AND NOT EXISTS ({loaded}))) "
            "GROUP BY ALL ORDER BY ALL"
        ),
    ]


def billing_view(adopted: frozenset[str]) -> str:
    """The view `oci_billing`; ``adopted``: the columns, in lower case, of the table that was there before."""
    first = f"coalesce((SELECT value FROM oci_loader WHERE name = '{COST_FROM}'), '{NEVER}')"
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
        columns.append(f"{_as_text(column.name, found.kind if found else None)} AS {column.name}")
    return columns


def _as_text(name: str, kind: Kind | None) -> str:
    """A typed column as the text that usage reports have for it."""
    if kind is None:
        return "CAST(NULL AS VARCHAR)"
    if kind is Kind.TIME:
        texts = [f"strftime({name}, '{spelling}')" for spelling in ("%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ")]
        return f"CASE WHEN second({name}) = 0 THEN {texts[0]} ELSE {texts[1]} END"
    if kind in NUMBER_SCALE:
        return f"rtrim(rtrim(CAST({name} AS VARCHAR), '0'), '.')"
    return name


def newest_billing_day(*, adopted: bool) -> str:
    """The newest usage day (YYYY-MM-DD) of what usage reports, ours and those before us, have filled."""
    parts = ["SELECT max(CAST(CAST(lineItem_intervalUsageStart AS DATE) AS VARCHAR)) AS day FROM oci_usage"]
    if adopted:
        parts.append(f"SELECT max({ADOPTED_DAY}) FROM {ADOPTED}")
    return f"SELECT max(day) FROM ({' UNION ALL '.join(parts)})"
