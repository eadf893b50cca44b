"""Asks the embedded warehouse which reports are in it already, under another name or of another tenancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.errors import SameReport
from functions.adw_billing.model.same_report import Content, LoadedReports
from functions.adw_billing.model.tables import REJECTED, REPORT
from functions.adw_billing.model.warehouse import WHOLE_OBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.warehouse.duckdb.session import Session

_COLUMNS = ", ".join(Content._fields)
_REFUSED = (
    f"SELECT {', '.join(f'r.{name}' for name in Content._fields)}, r.object_etag FROM {REPORT.name} r "
    f"JOIN {REJECTED.name} q USING (tenancy_id, object_name, object_etag) WHERE r.tenancy_id = $tenancy "
    f"AND r.state = 'rejected' AND q.object_row = {WHOLE_OBJECT} AND q.reason = '{SameReport.reason}'"
)


def loaded_like(session: Session, reports: Sequence[Content]) -> LoadedReports:
    """Return what is loaded and may be one of some reports, in one scan of the ledger."""
    values: dict[str, str] = {}
    parts = []
    for column, wanted in (
        ("content_sha256", [each for report in reports for each in report.hashes]),
        ("sha256", [each for report in reports for each in report.hashes]),
        ("object_name", [name for report in reports for name in report.names]),
    ):
        names = {f"{column}_{number}": value for number, value in enumerate(dict.fromkeys(wanted))}
        values |= names
        if names:
            parts.append(f"{column} IN ({', '.join(f'${name}' for name in names)})")
    query = f"SELECT {_COLUMNS} FROM {REPORT.name} WHERE state <> 'rejected' AND rows_loaded > 0"
    return LoadedReports(Content(*row) for row in session.all(f"{query} AND ({' OR '.join(parts)})", values))


def no_longer_same(session: Session, tenancy_id: str) -> set[tuple[str, str]]:
    """Return the objects, by name and etag, that were refused for another one that is not loaded any more."""
    refused = [(Content(*row), etag) for *row, etag in session.all(_REFUSED, {"tenancy": tenancy_id})]
    if not refused:
        return set()
    loaded = loaded_like(session, [report for report, _ in refused])
    return {(report.object_name, etag) for report, etag in refused if loaded.same(report) is None}
