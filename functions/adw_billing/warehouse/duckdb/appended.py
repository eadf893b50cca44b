"""Looks at the rows that the open transaction has added, and at no others: proof, usage days and daily summary.

So an object costs the same whatever the warehouse holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.model.exact_sums import total
from functions.adw_billing.model.tables import (
    COST_SUM,
    DAILY,
    DATA,
    DAY_COLUMN,
    FIRST_DAY,
    LOADER,
    REJECTED,
    SUMMARY_COLUMNS,
    retained_row,
)
from functions.adw_billing.model.warehouse import ObjectKey, Sums
from functions.adw_billing.warehouse.duckdb import sql
from functions.adw_billing.warehouse.duckdb.session import key_values

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import Claim, Outcome
    from functions.adw_billing.warehouse.duckdb.session import Session

FIRST_OWN_ROWID = 36_028_797_018_960_000
"""The row ids of a transaction's own rows begin here until it commits (DuckDB, `MAX_ROW_ID` in constants.hpp); those of
committed rows are counted from 0. A comparison with `rowid` skips whole row groups."""
OWN = f"rowid >= {FIRST_OWN_ROWID}"


def read_back(session: Session, claim: Claim, outcome: Outcome) -> tuple[Sums, bool]:
    """Return the object's sums as the table has them, and whether all its rows are the transaction's own.

    ProofFailed unless they are those that were parsed.
    """
    # Where the object's rows are not all among the transaction's own, as in a DuckDB that numbers them otherwise, all
    # rows of the table are asked: the shorter way may only find what is right, never excuse what is wrong. That no row
    # of the object was there before is known: `claim` and `commit` have removed those of a name that was met before.
    query = sql.sums_of(claim.dialect, DATA[claim.dialect].name)
    sums = Sums()
    for own in (True, False):
        sums = _sums(session.all(f"{query} AND {OWN}" if own else query, key_values(claim.key))[0])
        if sums == outcome.sums:
            return sums, own
    raise ProofFailed(f"parsed {outcome.sums}, read back {sums}", object=claim.key.object_name)


def read_all_back(session: Session, dialect: str) -> dict[ObjectKey, Sums]:
    """Return the sums of each object that the transaction has added rows of, as the table has them."""
    return {ObjectKey(*row[:3]): _sums(row[3:]) for row in session.all(sql.sums_by_object(dialect, OWN))}


def rejected_by_object(session: Session) -> dict[ObjectKey, int]:
    """Return how many rows of each object the transaction has put into quarantine."""
    key = "tenancy_id, object_name, object_etag"
    found = session.all(f"SELECT {key}, count(*) FROM {REJECTED.name} WHERE {OWN} GROUP BY {key}")
    return {ObjectKey(*row[:3]): row[3] for row in found}


def _sums(row: tuple[Any, ...]) -> Sums:
    return Sums(row[0], total(row[1:4]), total(row[4:7]))


def add_to_summary(session: Session, key: ObjectKey, dialect: str) -> None:
    """Add a new object's rows, which are the transaction's own, to `oci_cost_daily`."""
    # Exact, because decimals are added and nothing is rounded: what is there already plus what this object has is the
    # sum of all rows of the day. Only for an object that had no row before; a version that replaces another has its
    # days summed up again (`publish.summarise`).
    if dialect in SUMMARY_COLUMNS:
        values = {**key_values(key), "dialect": dialect, "retained": retained_row(key.tenancy_id)}
        session.run(_merge(dialect, sql.BY_KEY), values)


def add_all_to_summary(session: Session, tenancy_id: str, dialect: str) -> None:
    """Add all of the transaction's own rows to `oci_cost_daily`; they are of new objects."""
    if dialect in SUMMARY_COLUMNS:
        values = {"tenancy_id": tenancy_id, "dialect": dialect, "retained": retained_row(tenancy_id)}
        session.run(_merge(dialect, "tenancy_id = $tenancy_id"), values)


def _merge(dialect: str, where: str) -> str:
    """Return the statement that adds the transaction's own rows to the summary.

    Of days whose rows `retention_days` has removed the summary stays as it is, and the object has rows of its own.
    """
    by = SUMMARY_COLUMNS[dialect]
    day = DAY_COLUMN[dialect]
    since = f"CAST(coalesce((SELECT value FROM {LOADER.name} WHERE name = $retained), '{FIRST_DAY}') AS DATE)"
    added = (
        f"SELECT tenancy_id, CAST({day} AS DATE) AS usage_day, CAST($dialect AS VARCHAR) AS dialect, "
        f"{', '.join(f'{value} AS {name}' for name, value in by.items())}, sum({COST_SUM[dialect].sql('0')}) AS cost, "
        f"count(*) AS row_count, CAST({day} AS DATE) >= {since} AS is_kept FROM {DATA[dialect].name} "
        f"WHERE {where} AND {OWN} AND {day} IS NOT NULL GROUP BY ALL"
    )
    same = " AND ".join(f"d.{name} IS NOT DISTINCT FROM a.{name}" for name in by)
    return (
        f"MERGE INTO {DAILY.name} d USING ({added}) a ON d.tenancy_id = a.tenancy_id AND d.usage_day = a.usage_day "
        f"AND d.dialect = a.dialect AND a.is_kept AND {same} "
        "WHEN MATCHED THEN UPDATE SET row_count = d.row_count + a.row_count, "
        "cost = CASE WHEN d.cost IS NULL THEN a.cost ELSE d.cost + coalesce(a.cost, 0) END "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(DAILY.names)}) VALUES ({', '.join(f'a.{n}' for n in DAILY.names)})"
    )
