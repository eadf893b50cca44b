"""The SQL of claims: which call has an object, until when, and how far the object is staged."""

from __future__ import annotations

from functions.adw_billing.model.tables import CLAIM, OBJECT_KEY, Kind
from functions.adw_billing.warehouse.oracle.sql import BY_NAME, KEY_BINDS, NOW

NO_PROGRESS = {
    column.name: "0" if column.kind is Kind.INTEGER else "NULL"
    for column in CLAIM.columns
    if column.name not in {*(each.name for each in OBJECT_KEY), "call_id", "claimed_until"}
}
PROGRESS = tuple(NO_PROGRESS)
"""The columns of `oci_report_claim` that say how far an object is staged, in the order of CLAIM_READ."""

_UNTIL = f"{NOW} + NUMTODSINTERVAL(:seconds, 'SECOND')"
CLAIM_NEW = (
    f"INSERT INTO oci_report_claim ({', '.join(CLAIM.names)}) "
    f"VALUES ({KEY_BINDS}, :call_id, {_UNTIL}, {', '.join(NO_PROGRESS.values())})"
)
CLAIM_FREE = (
    f"UPDATE oci_report_claim SET call_id = :call_id, claimed_until = {_UNTIL} WHERE {BY_NAME} "
    f"AND (claimed_until < {NOW} OR call_id = :call_id)"
)
CLAIM_RESTART = (
    "UPDATE oci_report_claim SET object_etag = :object_etag, "
    f"{', '.join(f'{name} = {value}' for name, value in NO_PROGRESS.items())} WHERE {BY_NAME} AND call_id = :call_id"
)
CLAIM_PROGRESS = (
    f"UPDATE oci_report_claim SET {', '.join(f'{name} = :{name}' for name in NO_PROGRESS)} "
    f"WHERE {BY_NAME} AND call_id = :call_id"
)
CLAIM_LEAVE = f"UPDATE oci_report_claim SET claimed_until = {NOW} WHERE {BY_NAME} AND call_id = :call_id"
CLAIM_END = f"DELETE FROM oci_report_claim WHERE {BY_NAME} AND call_id = :call_id"
CLAIM_READ = f"SELECT object_etag, {', '.join(NO_PROGRESS)} FROM oci_report_claim WHERE {BY_NAME}"
CLAIM_HOLD = f"SELECT object_etag FROM oci_report_claim WHERE {BY_NAME} AND call_id = :call_id FOR UPDATE"
"""Held to the end of the transaction: a claim that ran out in the meantime is no longer there."""

CLAIM_ALL = "SELECT tenancy_id, object_name FROM oci_report_claim"
