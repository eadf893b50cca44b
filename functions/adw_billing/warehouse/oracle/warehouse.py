"""The warehouse on Oracle: claims, private staging, and one transaction that makes a report visible.

Readers see a report whole or not at all. Two calls never load the same object: the claim's primary key lets one in. A
commit whose answer is lost is looked up in the ledger, never done again blindly.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from functions.adw_billing.errors import WarehouseBusy
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.tables import retained_name
from functions.adw_billing.model.warehouse import RETRIED_REASONS, Claim, LedgerEntry, LedgerRow, Progress, Sums
from functions.adw_billing.warehouse.oracle import claim_sql, sql
from functions.adw_billing.warehouse.oracle.connect import connect
from functions.adw_billing.warehouse.oracle.dbms_cloud import Copy
from functions.adw_billing.warehouse.oracle.errors import ConnectionLost, RolledBack
from functions.adw_billing.warehouse.oracle.publish import Publication
from functions.adw_billing.warehouse.oracle.schema import inspect, migrate
from functions.adw_billing.warehouse.oracle.session import Session
from functions.adw_billing.warehouse.oracle.stage import Stage
from shared.errors import DeadlineExceeded, FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from functions.adw_billing.model.headers import Layout
    from functions.adw_billing.model.warehouse import Batch, ObjectKey, Outcome
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline

T = TypeVar("T")

UNIQUE = "ORA-00001"
LEASE_SECONDS = 60.0
"""How long a claim outlives the call's deadline: a call that is killed is followed by another after that."""

COPY_TOO_LONG = "copy-too-long"
"""In place of the check over the text that was staged, of which there is none: the function is to read the object."""

ATTEMPTS = 3
"""At a claim or a publication that the database undoes, as after a deadlock; what is staged is still there."""

DIRECT_PATH = False
"""Array inserts stage a batch within the transaction of the call; direct path commits each batch by itself and locks
the table. docs/adw-billing-oracle.md has both figures; no real database was at hand to prefer direct path."""


class OracleWarehouse:
    """One session for one call; the session begins anew to ask for the fate of a commit."""

    numbers: Literal["decimal", "text"] = "text"

    def __init__(
        self,
        session: Session,
        deadline: Deadline,
        call_id: str,
        *,
        billing_cost_from: str = "",
        direct: bool = DIRECT_PATH,
        margin_seconds: float = 0.0,
    ) -> None:
        self._deadline = deadline
        self._call_id = call_id
        self._billing_cost_from = billing_cost_from
        self._direct = direct
        self._margin_seconds = margin_seconds
        self._stages: dict[ObjectKey, Stage] = {}
        self._session = session

    def statements(self) -> int:
        """Requests sent to the database so far, a batch as one."""
        return self._session.statements

    def migrate(self) -> None:
        """Make what is missing; see `oracle_schema.migrate`."""
        migrate(self._session)

    def inspect(self, *, copies: bool = False) -> str:
        """What a load would find; see `oracle_schema.inspect`."""
        return inspect(self._session, copies=copies)

    def ledger(self, tenancy_id: str) -> Mapping[tuple[str, str], LedgerEntry]:
        """The settled objects of a tenancy by (name, etag)."""
        return _entries(self._session.rows(sql.LEDGER, tenancy_id=tenancy_id))

    def claim(self, key: ObjectKey, dialect: str, *, sliced: bool) -> Claim | None:  # noqa: ARG002  (all rows are staged)
        """The right to load the object until the call is over, or None: another has it, or it is settled."""
        return self._again(lambda: self._claim(key, dialect))

    def _claim(self, key: ObjectKey, dialect: str) -> Claim | None:
        if not self._claimed(key):
            return None
        settled = _entries(self._session.rows(sql.SETTLED, **_name(key))).get((key.object_name, key.object_etag))
        if settled is not None and not settled.retried:
            self._session.run(claim_sql.CLAIM_END, **_name(key), call_id=self._call_id)
            self._session.commit()
            return None
        stage = self._stage(key, dialect)
        etag, *values = self._session.rows(claim_sql.CLAIM_READ, **_name(key))[0]
        progress = _progress(values)
        if etag != key.object_etag:
            self._session.run(claim_sql.CLAIM_RESTART, **_key(key), call_id=self._call_id)
            self._session.commit()
            progress = Progress()
        if progress.records:
            stage.resume(progress.records)
        return Claim(key, dialect, sliced=True, progress=progress)

    def stage(self, claim: Claim, batch: Batch) -> None:
        """Add a batch to the object's private tables."""
        self._stage(claim.key, claim.dialect).add(batch, claim.progress.records)

    def copy(self, claim: Claim, layout: Layout, uri: str) -> Sums | None:
        """Let the database stage the object itself; None where the function has to. See `oracle_copy.Copy`.

        A copy knows no slices: one that does not end in time is left to the function, which does, from the next call
        on. Raises DeadlineExceeded then.
        """
        if claim.progress.prefix_check:
            return None
        stage = self._stage(claim.key, claim.dialect)
        try:
            name = sql.stage_name("c", claim.key)
            return Copy(self._session, layout, name, self._margin_seconds).staged(stage, uri)
        except DeadlineExceeded:
            self.keep_progress(claim, Progress(prefix_check=COPY_TOO_LONG))
            raise

    def keep_progress(self, claim: Claim, progress: Progress) -> Claim:
        """Make the staged rows and how far they reach durable."""
        held = self._session.run(
            claim_sql.CLAIM_PROGRESS,
            **_name(claim.key),
            call_id=self._call_id,
            records_done=progress.records,
            rows_done=progress.sums.rows,
            cost_done=plain(progress.sums.cost),
            quantity_done=plain(progress.sums.quantity),
            bytes_done=progress.text_bytes,
            prefix_check=progress.prefix_check,
        )
        if not held:
            raise WarehouseBusy("another call has taken the object over")
        self._session.commit()
        return replace(claim, progress=progress)

    def commit(self, claim: Claim, outcome: Outcome) -> LedgerRow:
        """Prove and publish in one transaction. Raises ProofFailed, WarehouseBusy and what the session raises."""
        stage = self._stage(claim.key, claim.dialect)
        row = self._again(lambda: self._publish(claim, outcome, stage))
        stage.drop()
        self._stages.pop(claim.key, None)
        return row

    def release(self, claim: Claim, *, drop: bool) -> None:
        """Give a claim up; the next call may have the object at once."""
        self._session.rollback()
        statement = claim_sql.CLAIM_END if drop else claim_sql.CLAIM_LEAVE
        self._session.run(statement, **_name(claim.key), call_id=self._call_id)
        self._session.commit()
        if drop:
            self._stage(claim.key, claim.dialect).drop()
        self._stages.pop(claim.key, None)

    def retain(self, tenancy_id: str, first_day: str) -> int:
        """Remove the rows of older usage days from the typed tables and `oci_billing`; how many."""
        self._session.rows(sql.LOCK, name=sql.LOCK_NAME)  # no publication is to sum up a day that loses its rows
        removed = sum(
            self._session.run(sql.retain(dialect), tenancy_id=tenancy_id, first_day=datetime.fromisoformat(first_day))
            for dialect in ("cost", "focus", "usage")
        )
        removed += self._session.run(sql.RETAIN_BILLING, tenancy_prefix=f"{tenancy_id}-%", first_day=first_day)
        name = retained_name(tenancy_id)
        if not self._session.rows(sql.REMEMBERED, name=name):
            self._session.run(sql.REMEMBER, name=name, value=first_day)
        self._session.run(sql.REMEMBER_LATER, name=name, value=first_day)
        self._session.commit()
        return removed

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _claimed(self, key: ObjectKey) -> bool:
        """Take the claim if it is free, ours, or has run out."""
        seconds = self._deadline.remaining_seconds() + LEASE_SECONDS
        try:
            self._session.run(claim_sql.CLAIM_NEW, **_key(key), call_id=self._call_id, seconds=seconds)
            taken = True
        except FunctionError as error:
            if error.fields.get("code") != UNIQUE:
                raise
            taken = bool(self._session.run(claim_sql.CLAIM_FREE, **_name(key), call_id=self._call_id, seconds=seconds))
        self._session.commit()
        return taken

    def _stage(self, key: ObjectKey, dialect: str) -> Stage:
        if key not in self._stages:
            tables = {kind: sql.stage_table(kind, dialect, sql.stage_name(kind, key)) for kind in ("d", "b", "r")}
            self._stages[key] = Stage(self._session, tables, direct=self._direct)
        return self._stages[key]

    def _again(self, work: Callable[[], T]) -> T:
        """Do a transaction, and again when the database undoes it. Raises RolledBack when that goes on."""
        for _ in range(ATTEMPTS - 1):
            try:
                return work()
            except RolledBack:
                self._session.rollback()
        return work()

    def _publish(self, claim: Claim, outcome: Outcome, stage: Stage) -> LedgerRow:
        """One attempt, whole or not at all."""
        publication = Publication(self._session, claim, outcome, self._call_id, self._billing_cost_from)
        try:
            publication.run(stage)
        except FunctionError:
            self._session.rollback()
            raise
        self._commit_or_ask(claim.key)
        return publication.ledger_row()

    def _commit_or_ask(self, key: ObjectKey) -> None:
        """Commit; when the answer is lost, ask the ledger in a new session whether it has happened."""
        try:
            self._session.commit()
        except (ConnectionLost, DeadlineExceeded):
            self._session.close()
            self._session.reopen()
            if not self._session.rows(sql.COMMITTED, **_key(key), call_id=self._call_id):
                raise


def open_warehouse(settings: Settings, deadline: Deadline, call_id: str) -> OracleWarehouse:
    """Log on; errors as `oracle_connect.connect`."""
    return OracleWarehouse(
        Session(lambda: connect(settings, deadline), deadline),
        deadline,
        call_id,
        billing_cost_from=settings.oci_billing_cost_from,
        margin_seconds=settings.deadline_margin_seconds,
    )


def _key(key: ObjectKey) -> dict[str, object]:
    return {"tenancy_id": key.tenancy_id, "object_name": key.object_name, "object_etag": key.object_etag}


def _name(key: ObjectKey) -> dict[str, object]:
    return {"tenancy_id": key.tenancy_id, "object_name": key.object_name}


def _entries(rows: Iterable[tuple[str, str, str, str | None]]) -> dict[tuple[str, str], LedgerEntry]:
    """Ledger entries by (name, etag); a rejected object is tried again where a new download may mend it."""
    return {
        (name, etag): LedgerEntry(etag, state, retried=state == "rejected" and reason in RETRIED_REASONS)
        for name, etag, state, reason in rows
    }


def _progress(values: Sequence[Any]) -> Progress:
    """What a claim's row says, in the order of the table."""
    kept = dict(zip(claim_sql.PROGRESS, values, strict=True))
    sums = Sums(int(kept["rows_done"]), Decimal(kept["cost_done"] or 0), Decimal(kept["quantity_done"] or 0))
    return Progress(int(kept["records_done"]), sums, int(kept["bytes_done"]), kept["prefix_check"] or "")
