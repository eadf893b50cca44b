"""The SQL of claims: which call has an object, until when, and how far the object is staged."""

from __future__ import annotations

from functions.adw_billing.model.columns import ColumnType
from functions.adw_billing.model.tables import CLAIM, OBJECT_KEY
from functions.adw_billing.warehouse.oracle.sql import BY_NAME, KEY_BINDS, NOW

NO_PROGRESS = {
    column.name: "0" if column.type is ColumnType.INTEGER else "NULL"
    for column in CLAIM.columns
    if column.name not in {*(each.name for each in OBJECT_KEY), "call_id", "claimed_until"}
}
PROGRESS = tuple(NO_PROGRESS)
"""The columns of `oci_report_claim` that say how far an object is staged, in the order of CLAIM_READ."""

_UNTIL = f"{NOW} + NUMTODSINTERVAL(:seconds, 'SECOND')"
CLAIM_NEW = (
    f"INSERT INTO {CLAIM.name} ({', '.join(CLAIM.names)}) "
    f"VALUES ({KEY_BINDS}, :call_id, {_UNTIL}, {', '.join(NO_PROGRESS.values())})"
)
# The condition is tested under the row's lock: of two calls that want a claim that has run out, the second finds it
# renewed when the first has committed.
CLAIM_FREE = (
    f"UPDATE {CLAIM.name} SET call_id = :call_id, claimed_until = {_UNTIL} WHERE {BY_NAME} "
    f"AND (claimed_until < {NOW} OR call_id = :call_id)"
)
CLAIM_RESTART = (
    f"UPDATE {CLAIM.name} SET object_etag = :object_etag, "
    f"{', '.join(f'{name} = {value}' for name, value in NO_PROGRESS.items())} WHERE {BY_NAME} AND call_id = :call_id"
)
CLAIM_PROGRESS = (
    f"UPDATE {CLAIM.name} SET {', '.join(f'{name} = :{name}' for name in NO_PROGRESS)} "
    f"WHERE {BY_NAME} AND call_id = :call_id"
)
CLAIM_LEAVE = f"UPDATE {CLAIM.name} SET claimed_until = {NOW} WHERE {BY_NAME} AND call_id = :call_id"
CLAIM_END = f"DELETE FROM {CLAIM.name} WHERE {BY_NAME} AND call_id = :call_id"
CLAIM_READ = f"SELECT object_etag, {', '.join(NO_PROGRESS)} FROM {CLAIM.name} WHERE {BY_NAME}"
CLAIM_HOLD = f"SELECT object_etag FROM {CLAIM.name} WHERE {BY_NAME} AND call_id = :call_id FOR UPDATE"
"""Held to the end of the transaction: no row where the claim ran out and another call has taken it."""

CLAIM_ALL = f"SELECT tenancy_id, object_name FROM {CLAIM.name}"
