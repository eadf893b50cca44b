"""Claims: which call may load an object, until when, and how far the object is staged.

A claim is a row of `oci_report_claim`, whose primary key is the object's name: of two calls that insert it, one waits
for the other's commit and then fails. It is a lease: it runs out LEASE_SECONDS after its call's deadline, so that the
objects of a call that was killed are free again without anybody cleaning up. Whoever had it then notices at its next
step (`keep_progress` or `hold`), and not a row of its work is published.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.errors import WarehouseBusy
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.warehouse import ObjectKey, Progress, Sums
from functions.adw_billing.warehouse.oracle import claim_sql
from shared.errors import FunctionError

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.oracle.names import Statement
    from functions.adw_billing.warehouse.oracle.session import Session
    from shared.deadline import Deadline

LEASE_SECONDS = 60.0
"""How long a claim outlives the call's deadline: a call that is killed is followed by another after that."""
UNIQUE_VIOLATION = "ORA-00001"


class Claims:
    """The claims of one call."""

    def __init__(self, session: Session, deadline: Deadline, call_id: str) -> None:
        self._session = session
        self._deadline = deadline
        self._call_id = call_id

    def take(self, key: ObjectKey) -> bool:
        """Take the claim if it is free, ours, or has run out; whether it is ours now. Commits."""
        seconds = self._deadline.remaining_seconds() + LEASE_SECONDS
        # INSERT first: most objects have no claim. Two calls at once meet at the primary key; a SELECT before it would
        # let both pass.
        try:
            self._session.run(
                claim_sql.CLAIM_NEW, **_name(key), object_etag=key.object_etag, call_id=self._call_id, seconds=seconds
            )
            taken = True
        except FunctionError as error:
            if error.fields.get("code") != UNIQUE_VIOLATION:
                raise
            taken = bool(self._run(claim_sql.CLAIM_FREE, key, seconds=seconds))
        self._session.commit()
        return taken

    def progress(self, key: ObjectKey) -> Progress:
        """Return how far an object is staged whose claim is ours; another etag starts from nothing. Commits then."""
        etag, *values = self._session.rows(claim_sql.CLAIM_READ, **_name(key))[0]
        if etag != key.object_etag:
            self._run(claim_sql.CLAIM_RESTART, key, object_etag=key.object_etag)
            self._session.commit()
            return Progress()
        kept = dict(zip(claim_sql.PROGRESS, values, strict=True))
        sums = Sums(int(kept["rows_done"]), Decimal(kept["cost_done"] or 0), Decimal(kept["quantity_done"] or 0))
        return Progress(int(kept["records_done"]), sums, int(kept["bytes_done"]), kept["prefix_check"] or "")

    def keep_progress(self, key: ObjectKey, progress: Progress) -> None:
        """Store how far the object is staged, in one transaction with the staged rows. Raises WarehouseBusy."""
        held = self._run(
            claim_sql.CLAIM_PROGRESS,
            key,
            records_done=progress.records,
            rows_done=progress.sums.rows,
            cost_done=plain(progress.sums.cost),
            quantity_done=plain(progress.sums.quantity),
            bytes_done=progress.text_bytes,
            prefix_check=progress.prefix_check,
        )
        if not held:
            raise _taken_over()
        self._session.commit()

    def hold(self, key: ObjectKey) -> None:
        """Lock the claim's row to the end of the transaction. Raises WarehouseBusy."""
        if not self._session.rows(claim_sql.CLAIM_HOLD, **_name(key), call_id=self._call_id):
            raise _taken_over()

    def leave(self, key: ObjectKey) -> None:
        """Let the claim run out now, with the progress kept in it."""
        self._run(claim_sql.CLAIM_LEAVE, key)

    def end(self, key: ObjectKey) -> None:
        """Remove the claim."""
        self._run(claim_sql.CLAIM_END, key)

    def _run(self, statement: Statement, key: ObjectKey, **binds: object) -> int:
        return self._session.run(statement, **_name(key), call_id=self._call_id, **binds)


def _taken_over() -> WarehouseBusy:
    """Say that the claim is no longer ours: it ran out, and another call took it. The one place of that reason."""
    return WarehouseBusy("another call has taken the object over")


def _name(key: ObjectKey) -> dict[str, object]:
    return {"tenancy_id": key.tenancy_id, "object_name": key.object_name}
