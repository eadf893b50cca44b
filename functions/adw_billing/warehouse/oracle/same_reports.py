"""Asks the database which reports are in it already, under another name or of another tenancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.errors import SameReport
from functions.adw_billing.model.same_report import Content, LoadedReports
from functions.adw_billing.model.tables import REJECTED, REPORT
from functions.adw_billing.model.warehouse import WHOLE_OBJECT
from functions.adw_billing.warehouse.oracle.names import Statement

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.oracle.names import Names
    from functions.adw_billing.warehouse.oracle.session import Session

_CONTENT = ", ".join(Content._fields)


def _loaded_like(name: Names) -> str:
    # three questions, so that each has its index
    loaded = f"SELECT {_CONTENT} FROM {name(REPORT)} WHERE state <> 'rejected' AND rows_loaded > 0"
    tests = (
        "content_sha256 IN (:content_sha256, :sha256)",
        "sha256 IN (:content_sha256, :sha256)",
        "tenancy_id = :tenancy_id AND object_name IN (:unpacked_name, :packed_name)",
    )
    return " UNION ".join(f"{loaded} AND {test}" for test in tests)


LOADED_LIKE = Statement(_loaded_like)
"""What is loaded and may be the same report."""
REFUSED_AS_SAME = Statement(
    lambda name: (
        f"SELECT {', '.join(f'r.{column}' for column in Content._fields)}, r.object_etag FROM {name(REPORT)} r "
        f"JOIN {name(REJECTED)} q ON q.tenancy_id = r.tenancy_id AND q.object_name = r.object_name "
        f"AND q.object_etag = r.object_etag AND q.object_row = {WHOLE_OBJECT} AND q.reason = '{SameReport.reason}' "
        "WHERE r.tenancy_id = :tenancy_id AND r.state = 'rejected'"
    )
)


def loaded_like(session: Session, report: Content) -> LoadedReports:
    """Return what is loaded and may be a report."""
    unpacked, packed = report.names
    rows = session.rows(
        LOADED_LIKE,
        content_sha256=report.content_sha256 or None,
        sha256=report.sha256 or None,
        tenancy_id=report.tenancy_id,
        unpacked_name=unpacked,
        packed_name=packed,
    )
    return LoadedReports(Content(*row) for row in rows)


def no_longer_same(session: Session, tenancy_id: str) -> set[tuple[str, str]]:
    """Return the objects, by name and etag, that were refused for another one that is not loaded any more."""
    refused = [(Content(*row), str(etag)) for *row, etag in session.rows(REFUSED_AS_SAME, tenancy_id=tenancy_id)]
    return {(report.object_name, etag) for report, etag in refused if loaded_like(session, report).same(report) is None}
