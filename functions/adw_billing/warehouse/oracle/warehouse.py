"""The warehouse on Oracle: claims, private staging, and one transaction that makes a report visible.

Readers see a report whole or not at all. Two calls never load the same object: the claim's primary key lets one in. A
commit whose answer is lost is looked up in the ledger, never done again blindly.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from functions.adw_billing.errors import SameReport
from functions.adw_billing.model.tables import DATA, LOCK_ROW, retained_row
from functions.adw_billing.model.warehouse import (
    RETRIED_DAILY_REASON,
    RETRIED_REASONS,
    Claim,
    LedgerEntry,
    LedgerRow,
    Progress,
    Sums,
)
from functions.adw_billing.warehouse.oracle import sql, stage_sql
from functions.adw_billing.warehouse.oracle.beside.alerts import Alerts
from functions.adw_billing.warehouse.oracle.claims import Claims
from functions.adw_billing.warehouse.oracle.connect import connect
from functions.adw_billing.warehouse.oracle.dbms_cloud import Copy
from functions.adw_billing.warehouse.oracle.dbms_cloud_sql import staged_sums
from functions.adw_billing.warehouse.oracle.errors import ConnectionLost, RolledBack
from functions.adw_billing.warehouse.oracle.migration.schema import inspect, migrate
from functions.adw_billing.warehouse.oracle.publish import Publication, sums_of
from functions.adw_billing.warehouse.oracle.same_reports import no_longer_same
from functions.adw_billing.warehouse.oracle.session import Session
from functions.adw_billing.warehouse.oracle.stage import Stage
from shared.errors import DeadlineExceeded, FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from functions.adw_billing.model.columns import Table
    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.model.warehouse import Batch, ObjectKey, Outcome
    from functions.adw_billing.settings import Settings
    from functions.adw_billing.warehouse.oracle.names import Statement
    from shared.deadline import Deadline

T = TypeVar("T")

COPY_TOO_LONG = "copy-too-long"
"""In place of the check over the text that was staged, of which there is none: the function is to read the object."""

MAX_ATTEMPTS = 3
"""At a claim or a publication that the database undoes, as after a deadlock; what is staged is still there."""


class OracleWarehouse(Alerts):
    """One session for one call; the session begins again to ask what became of a commit."""

    row_format = sql.ROW_FORMAT
    usage_until = ""

    def __init__(
        self,
        session: Session,
        deadline: Deadline,
        call_id: str,
        *,
        billing_cost_from: str = "",
        margin_seconds: float = 0.0,
    ) -> None:
        self._call_id = call_id
        self._billing_cost_from = billing_cost_from
        self._margin_seconds = margin_seconds
        self._stages: dict[ObjectKey, Stage] = {}
        self._session = session
        self._claims = Claims(session, deadline, call_id)

    def migrate(self) -> None:
        """Make what is missing; see `schema.migrate`."""
        migrate(self._session)

    def inspect(self, *, copies: bool = False) -> str:
        """Return what a load would find; see `schema.inspect`."""
        return inspect(self._session, copies=copies)

    def ledger(self, tenancy_id: str) -> Mapping[tuple[str, str], LedgerEntry]:
        """Return the settled objects of a tenancy by (name, etag)."""
        rows = self._session.rows(sql.LEDGER, tenancy_id=tenancy_id)
        # one more question only where there is such an object
        due = no_longer_same(self._session, tenancy_id) if any(row[3] == SameReport.reason for row in rows) else set()
        return _entries(rows, due)

    def claim(self, key: ObjectKey, dialect: str, *, sliced: bool) -> Claim | None:  # noqa: ARG002  (all rows are staged)
        """Take the right to load the object until the call is over; None: another has it, or it is settled."""
        return self._retried(lambda: self._claim(key, dialect))

    def _claim(self, key: ObjectKey, dialect: str) -> Claim | None:
        if not self._claims.take(key):
            return None
        # The ledger of the call's begin may be old by now. It is asked again once the claim is ours: whoever published
        # the object had the claim, so that from here on nobody can.
        whole = (key.object_name, key.object_etag)
        # one that was refused as the same as another comes only when it may be due, and is compared again in the end
        settled = _entries(self._session.rows(sql.SETTLED, **_name(key)), {whole}).get(whole)
        if settled is not None and not settled.retried:
            self._claims.end(key)
            self._session.commit()
            return None
        stage = self._stage(key, dialect)
        progress = self._claims.progress(key)
        if progress.records:
            stage.resume(progress.records)
        return Claim(key, dialect, sliced=True, progress=progress)

    def stage(self, claim: Claim, batch: Batch) -> None:
        """Add a batch to the object's private tables."""
        self._stage(claim.key, claim.dialect).add(batch, claim.progress.records)

    def copy(self, claim: Claim, layout: Layout, uri: str) -> Sums | None:
        """Let the database stage the object itself; None where the function has to. See `dbms_cloud.Copy`.

        A copy knows no slices: one that does not end in time is left to the function, which does, from the next call
        on. Raises DeadlineExceeded then.
        """
        if claim.progress.prefix_check:
            return None
        stage = self._stage(claim.key, claim.dialect)
        try:
            name = stage_sql.stage_name(stage_sql.COPIED, claim.key)
            return Copy(self._session, layout, name, self._margin_seconds).staged(stage, uri)
        except DeadlineExceeded:
            self.keep_progress(claim, Progress(prefix_check=COPY_TOO_LONG))
            raise

    @property
    def session(self) -> Session:
        """The session, for what is done beside the loader."""
        return self._session

    def fill(self, claim: Claim, insert: Callable[[Table], Statement], binds: Mapping[str, object]) -> Sums:
        """Stage an object by one INSERT … SELECT into its private table; return the sums of what is staged."""
        stage = self._stage(claim.key, claim.dialect)
        table = stage.table(stage_sql.ROWS)
        self._session.run(insert(table), **binds)
        count, *parts = self._session.rows(staged_sums(claim.dialect, table))[0]
        return sums_of(count, parts)

    def keep_progress(self, claim: Claim, progress: Progress) -> Claim:
        """Make the staged rows and how far they reach durable."""
        self._claims.keep_progress(claim.key, progress)
        return replace(claim, progress=progress)

    def commit(self, claim: Claim, outcome: Outcome) -> LedgerRow:
        """Prove and publish in one transaction. Raises ProofFailed, WarehouseBusy and what the session raises."""
        stage = self._stage(claim.key, claim.dialect)
        row = self._retried(lambda: self._publish(claim, outcome, stage))
        stage.drop()
        self._stages.pop(claim.key, None)
        return row

    def release(self, claim: Claim, *, drop: bool) -> None:
        """Give a claim up; the next call may have the object at once."""
        self._session.rollback()
        if drop:
            self._claims.end(claim.key)
        else:
            self._claims.leave(claim.key)
        self._session.commit()
        if drop:
            self._stage(claim.key, claim.dialect).drop()
        self._stages.pop(claim.key, None)

    def retain(self, tenancy_id: str, first_day: str) -> int:
        """Remove the rows of older usage days from the typed tables and `oci_billing`; how many."""
        self._session.rows(sql.LOCK, name=LOCK_ROW)  # no publication is to sum up a day that loses its rows
        removed = sum(
            self._session.run(sql.retain(dialect), tenancy_id=tenancy_id, first_day=datetime.fromisoformat(first_day))
            for dialect in sorted(DATA)
        )
        removed += self._session.run(sql.RETAIN_BILLING, tenancy_prefix=f"{tenancy_id}-%", first_day=first_day)
        name = retained_row(tenancy_id)
        if not self._session.rows(sql.REMEMBERED, name=name):
            self._session.run(sql.REMEMBER, name=name, value=first_day)
        self._session.run(sql.REMEMBER_LATER, name=name, value=first_day)
        self._session.commit()
        return removed

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _stage(self, key: ObjectKey, dialect: str) -> Stage:
        if key not in self._stages:
            kinds = (stage_sql.ROWS, stage_sql.BILLING_ROWS, stage_sql.REJECTED_ROWS)
            tables = {kind: stage_sql.stage_table(kind, dialect, stage_sql.stage_name(kind, key)) for kind in kinds}
            self._stages[key] = Stage(self._session, tables)
        return self._stages[key]

    def _retried(self, work: Callable[[], T]) -> T:
        """Do a transaction, and again when the database undoes it. Raises RolledBack when that goes on."""
        # Safe to repeat: RolledBack says that the database itself has undone the whole of it, and what is staged was
        # committed before.
        for _ in range(MAX_ATTEMPTS - 1):
            try:
                return work()
            except RolledBack:
                self._session.rollback()
        return work()

    def _publish(self, claim: Claim, outcome: Outcome, stage: Stage) -> LedgerRow:
        """Make one attempt, whole or not at all."""
        publication = Publication(self._session, self._claims, claim, outcome, self._call_id, self._billing_cost_from)
        publication.usage_until = self.usage_until
        try:
            publication.run(stage)
        except FunctionError:
            self._session.rollback()
            raise
        self._commit_or_ask(claim.key)
        return publication.ledger_row()

    def _commit_or_ask(self, key: ObjectKey) -> None:
        """Commit; when the answer is lost, ask the ledger in a new session whether it has happened."""
        # The ledger row is part of the transaction and names this call: it is there if and only if the commit has
        # happened. Publishing again without asking would fail after a commit that did happen, because the claim was
        # removed with it, and would report an object as busy that is loaded.
        try:
            self._session.commit()
        except (ConnectionLost, DeadlineExceeded):
            self._session.close()
            self._session.reopen()
            if not self._session.rows(sql.COMMITTED, **_name(key), object_etag=key.object_etag, call_id=self._call_id):
                raise


def open_warehouse(settings: Settings, deadline: Deadline, call_id: str) -> OracleWarehouse:
    """Log on; errors as `connect.connect`."""
    return OracleWarehouse(
        Session(lambda: connect(settings, deadline), deadline),
        deadline,
        call_id,
        billing_cost_from=settings.oci_billing_cost_from,
        margin_seconds=settings.deadline_margin_seconds,
    )


def _name(key: ObjectKey) -> dict[str, object]:
    return {"tenancy_id": key.tenancy_id, "object_name": key.object_name}


def _entries(
    rows: Iterable[tuple[str, str, str, str | None, int]], no_longer_same: Collection[tuple[str, str]]
) -> dict[tuple[str, str], LedgerEntry]:
    """Return ledger entries by (name, etag), with the rejected ones that are tried again."""
    return {
        (name, etag): LedgerEntry(
            etag,
            state,
            retried=state == "rejected"
            and (
                reason in RETRIED_REASONS
                or (reason == RETRIED_DAILY_REASON and bool(waited))
                or (reason == SameReport.reason and (name, etag) in no_longer_same)
            ),
        )
        for name, etag, state, reason, waited in rows
    }
