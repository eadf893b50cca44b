"""The transaction that makes a report visible: old rows out, staged rows in, proof, summary, ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from functions.adw_billing import oracle_sql as sql
from functions.adw_billing.errors import ProofFailed, WarehouseBusy
from functions.adw_billing.warehouse import LedgerRow, Sums

if TYPE_CHECKING:
    from functions.adw_billing.oracle_session import Session
    from functions.adw_billing.oracle_stage import Stage
    from functions.adw_billing.warehouse import ObjectKey, Outcome

EXACT = Context(prec=120)
COST_FROM = "oci_billing_cost_from"
EVERYTHING = "0001-01-01"


class Publication:
    """One object's publication; ``run`` leaves the transaction open for the caller to commit."""

    def __init__(
        self, session: Session, key: ObjectKey, outcome: Outcome, call_id: str, billing_cost_from: str
    ) -> None:
        self._session = session
        self._key = key
        self._outcome = outcome
        self._call_id = call_id
        self._billing_cost_from = billing_cost_from
        self._name: dict[str, object] = {"tenancy_id": key.tenancy_id, "object_name": key.object_name}
        self._whole: dict[str, object] = {**self._name, "object_etag": key.object_etag}
        self._rows_rejected = 0

    def run(self, stage: Stage) -> None:
        """Everything but the commit. Raises ProofFailed, WarehouseBusy and what the session raises."""
        dialect = self._outcome.dialect
        if not self._session.rows(sql.CLAIM_HOLD, **self._name, call_id=self._call_id):
            raise WarehouseBusy("another call has taken the object over")
        touched = self._days()
        self._session.run(sql.unpublish(dialect), **self._name)
        if stage.name("d"):
            self._session.run(sql.publish(dialect, stage.name("d")), **self._whole)
        self._prove()
        self._publish_rejected(stage)
        self._publish_billing(stage)
        self._session.rows(sql.LOCK, name=sql.LOCK_NAME)
        if dialect != "usage":
            self._summarise(touched | self._days())
        self._write_ledger()
        self._session.run(sql.CLAIM_END, **self._name, call_id=self._call_id)

    def ledger_row(self) -> LedgerRow:
        """The ledger row as it was committed."""
        outcome = self._outcome
        return LedgerRow(
            self._key,
            outcome.dialect,
            outcome.size_bytes,
            outcome.sums.rows,
            self._rows_rejected,
            outcome.sums.cost,
            outcome.sums.quantity,
            outcome.state,
        )

    def _days(self) -> set[datetime]:
        return {day for (day,) in self._session.rows(sql.days(self._outcome.dialect), **self._name) if day is not None}

    def _prove(self) -> None:
        """Compare rows and sums as the database has them with those of the parser. Raises ProofFailed."""
        count, *parts = self._session.rows(sql.proof(self._outcome.dialect), **self._name)[0]
        found = Sums(int(count), _added(parts[:3]), _added(parts[3:]))
        if found != self._outcome.sums:
            raise ProofFailed(
                "rows or sums in the database differ from those of the report",
                object_name=self._key.object_name,
                expected=_shown(self._outcome.sums),
                found=_shown(found),
            )

    def _publish_rejected(self, stage: Stage) -> None:
        self._session.run(sql.FORGET_REJECTED, **self._name)
        if stage.name("r"):
            self._rows_rejected = self._session.run(sql.publish_rejected(stage.name("r")), **self._whole)
        rows = [
            {**self._whole, "object_row": each.object_row, "reason": each.reason, "content": each.content}
            for each in self._outcome.rejected
        ]
        self._session.many(sql.ADD_REJECTED, rows)
        self._rows_rejected += sum(1 for each in self._outcome.rejected if each.object_row)

    def _publish_billing(self, stage: Stage) -> None:
        """Rows of the same key go, whoever made them; cost reports fill days from a stored one on only."""
        if self._outcome.dialect == "focus":
            return
        self._session.run(sql.FORGET_BILLING, usage_report=self._key.usage_report)
        if not stage.name("b"):
            return
        cost_from = EVERYTHING if self._outcome.dialect == "usage" else self._cost_from()
        self._session.run(
            sql.publish_billing(stage.name("b")),
            usage_report=self._key.usage_report,
            cost_from=datetime.fromisoformat(cost_from),
        )

    def _cost_from(self) -> str:
        """The first usage day that cost reports fill in `oci_billing`, decided once for all calls."""
        self._session.rows(sql.LOCK, name=sql.LOCK_NAME)
        stored = self._session.rows(sql.REMEMBERED, name=COST_FROM)
        if stored:
            return str(stored[0][0])
        value = self._billing_cost_from or self._day_after_usage()
        self._session.run(sql.REMEMBER, name=COST_FROM, value=value)
        return value

    def _day_after_usage(self) -> str:
        newest = self._session.rows(sql.NEWEST_BILLING)[0][0]
        if not newest:
            return EVERYTHING
        return (datetime.fromisoformat(str(newest)) + timedelta(days=1)).date().isoformat()

    def _summarise(self, days: set[datetime]) -> None:
        dialect = self._outcome.dialect
        keys = [{"tenancy_id": self._key.tenancy_id, "dialect": dialect, "usage_day": day} for day in sorted(days)]
        self._session.many(sql.FORGET_DAY, keys)
        next_days = [{**key, "next_day": day + timedelta(days=1)} for key, day in zip(keys, sorted(days), strict=True)]
        self._session.many(sql.add_day(dialect), next_days)

    def _write_ledger(self) -> None:
        outcome = self._outcome
        self._session.run(sql.FORGET_REPORT, **self._name)
        self._session.run(
            sql.ADD_REPORT,
            **self._whole,
            dialect=outcome.dialect,
            size_bytes=outcome.size_bytes,
            rows_loaded=outcome.sums.rows,
            rows_rejected=self._rows_rejected,
            cost_sum=outcome.sums.cost,
            quantity_sum=f"{outcome.sums.quantity:f}",
            sha256=outcome.sha256,
            state=outcome.state,
            call_id=self._call_id,
        )


def _added(parts: list[Decimal | int | None]) -> Decimal:
    """Whole units, 18 decimals and the rest as one number, with all its digits."""
    total = Decimal(0)
    for part in parts:
        total = EXACT.add(total, Decimal(part or 0))
    return total


def _shown(sums: Sums) -> str:
    return f"{sums.rows} rows, cost {sums.cost:f}, quantity {sums.quantity:f}"
