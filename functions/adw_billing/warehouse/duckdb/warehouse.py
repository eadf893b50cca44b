"""The embedded warehouse: one DuckDB file, one process at a time, one transaction an object.

A whole object goes straight into its table inside the transaction that publishes it. An object in slices goes to a
private stage, slice by slice in transactions of their own, and is moved by the transaction that publishes it.
"""

from __future__ import annotations

import contextlib
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.model.same_report import Content
from functions.adw_billing.model.tables import (
    DATA,
    DAY_COLUMN,
    LOADER,
    REJECTED,
    REPORT,
    SUMMARY_COLUMNS,
    retained_row,
)
from functions.adw_billing.model.warehouse import (
    Batch,
    Claim,
    KnownReport,
    LedgerEntry,
    LedgerRow,
    ObjectKey,
    Outcome,
    Progress,
    RowFormat,
    Sums,
)
from functions.adw_billing.warehouse.duckdb import sql
from functions.adw_billing.warehouse.duckdb.alerts import Alerts
from functions.adw_billing.warehouse.duckdb.appended import add_to_summary, read_back
from functions.adw_billing.warehouse.duckdb.file import connect, named_faults, private_files
from functions.adw_billing.warehouse.duckdb.known_names import KnownNames
from functions.adw_billing.warehouse.duckdb.publish import (
    Publishing,
    check_room,
    fill_billing,
    ledger_row,
    stored_row,
    summarise,
)
from functions.adw_billing.warehouse.duckdb.same_reports import LoadedTexts, no_longer_same
from functions.adw_billing.warehouse.duckdb.schema import migrate
from functions.adw_billing.warehouse.duckdb.session import Session, key_values, name_values, now
from functions.adw_billing.warehouse.duckdb.staged import forget, staged_progress, store_progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.adw_billing.model.whole_objects import WholeObject
    from shared.deadline import Deadline


class DuckDbWarehouse(Alerts):
    """The warehouse in one file; ``cost_from`` is the setting `oci_billing_cost_from`, ``call_id`` for the ledger."""

    row_format = RowFormat()
    usage_until = ""

    def __init__(self, session: Session, *, call_id: str, cost_from: str) -> None:
        self._session = session
        self._call_id = call_id
        self._cost_from = cost_from
        self._adopted = False
        self._old_days: dict[str, set[date]] = {}
        self._known = True
        self._names = KnownNames(session)
        self._texts = LoadedTexts(session, self._names)

    def migrate(self) -> None:
        """Bring the file to this version; see `schema.migrate`."""
        with named_faults():
            self._adopted = migrate(self._session)

    def ledger(self, tenancy_id: str) -> Mapping[tuple[str, str], LedgerEntry]:
        """Return the settled objects of a tenancy by (object name, etag)."""
        with named_faults():
            rows = self._session.all(sql.ledger(), {"tenancy": tenancy_id, "now": now()})
            due = no_longer_same(self._session, tenancy_id)
        return {
            (name, etag): LedgerEntry(etag, state, bool(retried) or (name, etag) in due)
            for name, etag, state, retried in rows
        }

    def tenancies(self) -> list[KnownReport]:
        """Return all objects of the ledger, whose each is and whether rows of it are here."""
        query = f"SELECT tenancy_id, object_name, object_etag, rows_loaded > 0 FROM {REPORT.name} ORDER BY loaded_at"
        with named_faults():
            return [KnownReport(*row) for row in self._session.all(query)]

    def claim(self, key: ObjectKey, dialect: str, *, sliced: bool) -> Claim | None:
        """Take the right to load; never None, because only one process has the file."""
        with named_faults():
            self._session.run("BEGIN")
            progress = staged_progress(self._session, key)
            claim = Claim(key, dialect, sliced or progress is not None, progress or Progress())
            # Most objects are new. Of one that nothing is known of there is nothing to delete and no old day to sum up
            # again, which saves a third of the CPU of a small report.
            self._known = self._names.meet(key)
            if self._known and not claim.sliced:
                self._old_days = self._days(key)
                self._delete(sql.BY_KEY, key_values(key))  # of a version whose ledger row was taken away
            return claim

    def stage(self, claim: Claim, batch: Batch) -> None:
        """Insert a batch; ProofFailed when it added another number of rows than it should."""
        target = sql.STAGED[claim.dialect] if claim.sliced else DATA[claim.dialect].name
        with named_faults():
            added = self._session.insert(target, claim.key, batch.rows) if batch.rows is not None else 0
            self._session.reject(claim.key, batch.rejected, sql.STAGED_REJECTED if claim.sliced else REJECTED.name)
        if added != batch.sums.rows:
            raise ProofFailed(
                f"{added} rows were inserted, {batch.sums.rows} were parsed", object=claim.key.object_name
            )

    def keep_progress(self, claim: Claim, progress: Progress) -> Claim:
        """Commit the slice and how far it reaches; the claim goes on in a new transaction."""
        with named_faults():
            # Rows of an unsliced claim are where `commit` publishes them: committed now, half a report would be seen.
            # They are dropped, and the claim that is left behind makes the next attempt a sliced one.
            if not claim.sliced:
                self._session.run("ROLLBACK")
                self._session.run("BEGIN")
                progress = Progress()
            store_progress(self._session, claim.key, progress, self._call_id)
            self._session.run("COMMIT")
            self._session.run("BEGIN")
        return Claim(claim.key, claim.dialect, sliced=True, progress=progress)

    def commit(self, claim: Claim, outcome: Outcome) -> LedgerRow:
        """Prove and publish in one transaction."""
        with named_faults():
            if outcome.state == "rejected":
                row = self._commit_rejected(claim, outcome)
            else:
                row = self._commit_loaded(claim, outcome)
            self._session.run("COMMIT")
        return row

    def _commit_rejected(self, claim: Claim, outcome: Outcome) -> LedgerRow:
        """Only ledger and quarantine; what was loaded of an older version is as it was."""
        older = f"{sql.BY_NAME} AND (object_etag = $object_etag OR object_etag IN (SELECT object_etag FROM "
        older += f"{REPORT.name} WHERE {sql.BY_NAME} AND state = 'rejected'))"
        values = key_values(claim.key)
        kept = "" if claim.sliced else " AND object_etag <> $object_etag"  # its rows are there already
        self._session.run(f"DELETE FROM {REJECTED.name} WHERE {older}{kept}", values)
        self._session.run(f"DELETE FROM {REPORT.name} WHERE {older}", values)
        if claim.sliced:
            self._session.run(
                f"INSERT INTO {REJECTED.name} BY NAME SELECT * FROM {sql.STAGED_REJECTED} WHERE {sql.BY_KEY}",
                values,
            )
        forget(self._session, claim.key)
        self._session.reject(claim.key, outcome.rejected, REJECTED.name)
        return self._enter(claim, outcome, Sums())

    def _commit_loaded(self, claim: Claim, outcome: Outcome) -> LedgerRow:
        if outcome.sums.rows:
            self._texts.require_new([Content.of(claim.key, outcome)])
        if self._known:
            self._make_room(claim)
        if claim.sliced:
            for source, target in (
                (sql.STAGED[claim.dialect], DATA[claim.dialect].name),
                (sql.STAGED_REJECTED, REJECTED.name),
            ):
                self._session.run(
                    f"INSERT INTO {target} BY NAME SELECT * FROM {source} WHERE {sql.BY_KEY}", key_values(claim.key)
                )
            forget(self._session, claim.key)
        self._session.reject(claim.key, outcome.rejected, REJECTED.name)
        # The proof comes when all rows are where readers will find them and before anything is committed: its error
        # rolls the whole publication back.
        sums, own = read_back(self._session, claim, outcome)
        check_room(sums)
        fill_billing(self._session, claim.key, claim.dialect, self._publishing())
        if own and not self._known:
            add_to_summary(self._session, claim.key, claim.dialect)
        else:
            summarise(self._session, claim.key, self._old_days if self._known else {}, self._days(claim.key))
        for statement in sql.FORGET_REPORT if self._known else ():
            self._session.run(statement, name_values(claim.key))
        return self._enter(claim, outcome, sums)

    def _make_room(self, claim: Claim) -> None:
        """Remove all other versions of the object, and remember the days that they touched."""
        if claim.sliced:
            self._old_days = self._days(claim.key)
            self._delete(sql.BY_NAME, name_values(claim.key))
        else:
            self._delete(f"{sql.BY_NAME} AND object_etag <> $object_etag", key_values(claim.key))

    def _days(self, key: ObjectKey) -> dict[str, set[date]]:
        """Return the usage days of all rows of an object's name, by dialect."""
        found = {dialect: self._session.all(sql.days_of(dialect), name_values(key)) for dialect in SUMMARY_COLUMNS}
        return {dialect: {day for (day,) in days if day} for dialect, days in found.items()}

    def _delete(self, where: str, values: dict[str, str]) -> None:
        """Remove rows of an object and their quarantine."""
        for name in (*(table.name for table in DATA.values()), REJECTED.name):
            self._session.run(f"DELETE FROM {name} WHERE {where}", values)

    def _enter(self, claim: Claim, outcome: Outcome, sums: Sums) -> LedgerRow:
        count = f"SELECT count(*) FROM {REJECTED.name} WHERE {sql.BY_KEY}"
        rejected = self._session.all(count, key_values(claim.key))[0][0]
        row = ledger_row(claim.key, outcome, sums, rejected)
        self._session.add(REPORT, stored_row(row, outcome, self._publishing()))
        return row

    def _publishing(self) -> Publishing:
        return Publishing(self._call_id, self._cost_from, self.usage_until, self._adopted)

    def is_new(self, key: ObjectKey) -> bool:
        """Tell whether nothing is known of any object of this name, and nothing of it is staged."""
        with named_faults():
            return self._names.is_new(key)

    def publish_together(self, objects: Sequence[WholeObject]) -> list[LedgerRow]:
        """Publish new objects in one transaction: all of them, or none and an error."""
        from functions.adw_billing.warehouse.duckdb.together import publish_together  # needs Arrow

        with named_faults():
            ledger = publish_together(self._session, objects, self._publishing(), self._texts)
        for each in objects:
            self._names.meet(each.key)
        return ledger

    def release(self, claim: Claim, *, drop: bool) -> None:
        """Roll back; ``drop`` forgets the stages too."""
        with named_faults():
            with contextlib.suppress(duckdb.TransactionException):  # none is open after a failed BEGIN or COMMIT
                self._session.run("ROLLBACK")
            if drop:
                forget(self._session, claim.key)

    def retain(self, tenancy_id: str, first_day: str) -> int:
        """Remove rows of usage days before ``first_day`` (YYYY-MM-DD); how many."""
        removed = 0
        values = {"tenancy_id": tenancy_id, "first": first_day}
        with named_faults(), self._session.transaction():
            for dialect, table in DATA.items():
                where = f"tenancy_id = $tenancy_id AND {DAY_COLUMN[dialect]} < CAST($first AS TIMESTAMP)"
                removed += self._session.all(f"DELETE FROM {table.name} WHERE {where}", values)[0][0]
            if self._adopted:
                removed += self._session.all(sql.RETAIN_ADOPTED, values)[0][0]
            name = retained_row(tenancy_id)
            before = self._session.all(f"SELECT value FROM {LOADER.name} WHERE name = ?", (name,))
            self._session.remember(name, max([first_day, *(value for (value,) in before)]))
        return removed

    def close(self) -> None:
        """Close the file; what is not committed is gone."""
        with named_faults(), private_files():
            self._session.connection.close()


def open_warehouse(
    path: str, deadline: Deadline, *, call_id: str, cost_from: str, margin_seconds: float
) -> DuckDbWarehouse:
    """Open the file at ``path``; errors as `file.connect`."""
    return DuckDbWarehouse(Session(connect(path, deadline, margin_seconds)), call_id=call_id, cost_from=cost_from)
