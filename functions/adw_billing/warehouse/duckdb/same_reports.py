"""Asks the embedded warehouse which reports are in it already, under another name or of another tenancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.errors import SameReport
from functions.adw_billing.model.same_report import Content, LoadedReports, require_new
from functions.adw_billing.model.tables import REJECTED, REPORT
from functions.adw_billing.model.warehouse import WHOLE_OBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.warehouse.duckdb.known_names import KnownNames
    from functions.adw_billing.warehouse.duckdb.session import Session

_COLUMNS = ", ".join(Content._fields)
SHORT_CHARACTERS = 16
"""Of a hash that is kept in memory: two of a million reports have the same with a chance of one in 10^7."""
_TEXTS = (
    f"SELECT left(coalesce(content_sha256, sha256), {SHORT_CHARACTERS}) FROM {REPORT.name} "
    "WHERE state <> 'rejected' AND rows_loaded > 0 AND coalesce(content_sha256, sha256) IS NOT NULL"
)
_REFUSED = (
    f"SELECT {', '.join(f'r.{name}' for name in Content._fields)}, r.object_etag FROM {REPORT.name} r "
    f"JOIN {REJECTED.name} q USING (tenancy_id, object_name, object_etag) WHERE r.tenancy_id = $tenancy "
    f"AND r.state = 'rejected' AND q.object_row = {WHOLE_OBJECT} AND q.reason = '{SameReport.reason}'"
)


class LoadedTexts:
    """What one connection has loaded, as short hashes: DuckDB lets one process write, and nobody else adds any."""

    # A question of the ledger costs what the ledger is long: 28 ms at 80,000 reports, more than all the rest of a small
    # one. So it is read once a call, and asked only of reports of which the short hash or another spelling of the name
    # is known. What was met and not published is asked once too often, and nothing is asked too seldom.
    def __init__(self, session: Session, names: KnownNames) -> None:
        self._session = session
        self._names = names
        self._known: set[str] | None = None

    def require_new(self, reports: Sequence[Content]) -> None:
        """Raise SameReport for the first that is another one, of the ledger or of those before it."""
        if self._known is None:
            self._known = {text_hash for (text_hash,) in self._session.all(_TEXTS)}
        met = [report for report in reports if self._met(report, self._known)]
        self._known.update(report.text_hash[:SHORT_CHARACTERS] for report in reports if report.text_hash)
        require_new(reports, loaded_like(self._session, met) if met else LoadedReports(()))

    def _met(self, report: Content, known: set[str]) -> bool:
        return any(each[:SHORT_CHARACTERS] in known for each in report.hashes) or any(
            self._names.has(report.tenancy_id, name) for name in report.names if name != report.object_name
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
