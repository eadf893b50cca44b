"""Publishes several new objects in one transaction, each with a proof and a ledger row of its own.

What a small object costs is statements: twelve of its own where it is loaded alone, the same few for all of a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.model.same_report import Content
from functions.adw_billing.model.tables import DATA, REJECTED, REPORT
from functions.adw_billing.model.warehouse import Sums
from functions.adw_billing.warehouse.duckdb.appended import add_all_to_summary, read_all_back, rejected_by_object
from functions.adw_billing.warehouse.duckdb.arrow_rows import rows_of, with_keys
from functions.adw_billing.warehouse.duckdb.publish import fill_billing, ledger_row, stored_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.model.columns import Table
    from functions.adw_billing.model.warehouse import LedgerRow, ObjectKey
    from functions.adw_billing.model.whole_objects import WholeObject
    from functions.adw_billing.warehouse.duckdb.publish import Publishing
    from functions.adw_billing.warehouse.duckdb.same_reports import LoadedTexts
    from functions.adw_billing.warehouse.duckdb.session import Session


def publish_together(
    session: Session, objects: Sequence[WholeObject], call: Publishing, texts: LoadedTexts
) -> list[LedgerRow]:
    """Publish objects of which the warehouse has nothing yet: all of them, or none and an error."""
    with session.transaction():
        texts.require_new([Content.of(each.key, each.outcome) for each in objects if each.outcome.sums.rows])
        for dialect in _dialects(objects):
            parts = [(each.key, rows) for each in objects if each.outcome.dialect == dialect for rows in each.rows]
            if parts:
                session.run(f"INSERT INTO {DATA[dialect].name} BY NAME SELECT * FROM rows", rows=with_keys(parts))
        entries = [(each.key, entry) for each in objects for entry in each.rejected]
        _add(session, REJECTED, [(*_values(key), each.object_row, each.reason, each.content) for key, each in entries])
        ledger = _proved(session, objects)
        for each in objects if call.adopted else _first_of_each_dialect(objects):
            fill_billing(session, each.key, each.outcome.dialect, call)
        for tenancy_id, dialect in {(each.key.tenancy_id, each.outcome.dialect): None for each in objects}:
            add_all_to_summary(session, tenancy_id, dialect)
        rows = zip(ledger, objects, strict=True)
        _add(session, REPORT, [stored_row(row, each.outcome, call) for row, each in rows])
    return ledger


def _proved(session: Session, objects: Sequence[WholeObject]) -> list[LedgerRow]:
    """Return the ledger rows; ProofFailed unless the tables have of each object what was parsed, and nothing else."""
    found: dict[ObjectKey, Sums] = {}
    for dialect in _dialects(objects):
        found |= read_all_back(session, dialect)
    rejected = rejected_by_object(session) if any(each.rejected for each in objects) else {}
    ledger = []
    for each in objects:
        sums, bad = found.pop(each.key, Sums()), rejected.pop(each.key, 0)
        if sums != each.outcome.sums or bad != len(each.rejected):
            raise ProofFailed(f"parsed {each.outcome.sums}, read back {sums}", object=each.key.object_name)
        ledger.append(ledger_row(each.key, each.outcome, sums, bad))
    if found or rejected:
        raise ProofFailed("there are rows of an object that is not published")
    return ledger


def _add(session: Session, table: Table, rows: Sequence[Sequence[object]]) -> None:
    if rows:
        session.run(f"INSERT INTO {table.name} BY NAME SELECT * FROM rows", rows=rows_of(table, rows))


def _values(key: ObjectKey) -> tuple[str, str, str]:
    return key.tenancy_id, key.object_name, key.object_etag


def _dialects(objects: Sequence[WholeObject]) -> list[str]:
    return list(dict.fromkeys(each.outcome.dialect for each in objects))


def _first_of_each_dialect(objects: Sequence[WholeObject]) -> list[WholeObject]:
    return list({each.outcome.dialect: each for each in reversed(objects)}.values())
