"""The SQL of claims: which call has an object, until when, and how far the object is staged."""

from __future__ import annotations

from functions.adw_billing.model.columns import ColumnType
from functions.adw_billing.model.tables import CLAIM, OBJECT_KEY
from functions.adw_billing.warehouse.oracle.names import Statement
from functions.adw_billing.warehouse.oracle.sql import BY_NAME, KEY_BINDS, NOW

NO_PROGRESS = {
    column.name: "0" if column.type is ColumnType.INTEGER else "NULL"
    for column in CLAIM.columns
    if column.name not in {*(each.name for each in OBJECT_KEY), "call_id", "claimed_until"}
}
PROGRESS = tuple(NO_PROGRESS)
"""The columns of `oci_report_claim` that say how far an object is staged, in the order of CLAIM_READ."""

_UNTIL = f"{NOW} + NUMTODSINTERVAL(:seconds, 'SECOND')"
CLAIM_NEW = Statement(
    lambda name: (
        f"INSERT INTO {name(CLAIM)} ({', '.join(CLAIM.names)}) "
        f"VALUES ({KEY_BINDS}, :call_id, {_UNTIL}, {', '.join(NO_PROGRESS.values())})"
    )
)
# The condition is tested under the row's lock: of two calls that want a claim that has run out, the second finds it
# renewed when the first has committed.
CLAIM_FREE = Statement(
    lambda name: (
        f"UPDATE {name(CLAIM)} SET call_id = :call_id, claimed_until = {_UNTIL} WHERE {BY_NAME} "
        f"AND (claimed_until < {NOW} OR call_id = :call_id)"
    )
)
CLAIM_RESTART = Statement(
    lambda name: (
        f"UPDATE {name(CLAIM)} SET object_etag = :object_etag, "
        f"{', '.join(f'{column} = {value}' for column, value in NO_PROGRESS.items())} "
        f"WHERE {BY_NAME} AND call_id = :call_id"
    )
)
CLAIM_PROGRESS = Statement(
    lambda name: (
        f"UPDATE {name(CLAIM)} SET {', '.join(f'{column} = :{column}' for column in NO_PROGRESS)} "
        f"WHERE {BY_NAME} AND call_id = :call_id"
    )
)
CLAIM_LEAVE = Statement(
    lambda name: f"UPDATE {name(CLAIM)} SET claimed_until = {NOW} WHERE {BY_NAME} AND call_id = :call_id"
)
CLAIM_END = Statement(lambda name: f"DELETE FROM {name(CLAIM)} WHERE {BY_NAME} AND call_id = :call_id")
CLAIM_READ = Statement(lambda name: f"SELECT object_etag, {', '.join(NO_PROGRESS)} FROM {name(CLAIM)} WHERE {BY_NAME}")
CLAIM_HOLD = Statement(
    lambda name: f"SELECT object_etag FROM {name(CLAIM)} WHERE {BY_NAME} AND call_id = :call_id FOR UPDATE"
)
"""Held to the end of the transaction: no row where the claim ran out and another call has taken it."""

CLAIM_ALL = Statement(lambda name: f"SELECT tenancy_id, object_name FROM {name(CLAIM)}")
