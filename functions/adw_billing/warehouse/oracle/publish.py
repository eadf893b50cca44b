"""The transaction that makes a report visible: old rows out, staged rows in, proof, summary, ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.model.exact_sums import plain, total
from functions.adw_billing.model.same_report import Content, require_new
from functions.adw_billing.model.tables import COST_FROM_ROW, IGNORED_DAY_ROW, LOCK_ROW, NO_DAY
from functions.adw_billing.model.warehouse import LedgerRow, Sums
from functions.adw_billing.warehouse.cost_from import day_after, ignored_day, latest_day
from functions.adw_billing.warehouse.oracle import sql, stage_sql
from functions.adw_billing.warehouse.oracle.same_reports import loaded_like
from functions.adw_billing.warehouse.oracle.summary import add_new, summarise

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import Claim, Outcome
    from functions.adw_billing.warehouse.oracle.claims import Claims
    from functions.adw_billing.warehouse.oracle.session import Session
    from functions.adw_billing.warehouse.oracle.stage import Stage


class Publication:
    """One object's publication; ``run`` leaves the transaction open for the caller to commit."""

    def __init__(
        self,
        session: Session,
        claims: Claims,
        claim: Claim,
        outcome: Outcome,
        call_id: str,
        billing_cost_from: str,
    ) -> None:
        self._session = session
        self._claims = claims
        self._key = claim.key
        self._dialect = claim.dialect
        self._outcome = outcome
        self._call_id = call_id
        self._billing_cost_from = billing_cost_from
        self.usage_until = ""
        self._name: dict[str, object] = {"tenancy_id": self._key.tenancy_id, "object_name": self._key.object_name}
        self._whole: dict[str, object] = {**self._name, "object_etag": self._key.object_etag}
        self._sums = Sums() if outcome.state == "rejected" else outcome.sums
        self._rows_rejected = 0

    def run(self, stage: Stage) -> None:
        """Do everything but the commit. Raises ProofFailed, SameReport, WarehouseBusy and what the session raises.

        One publication at a time: each sees the rows of those before it, so the daily summary misses none, and no two
        wait for each other.
        """
        # The order matters. The lock of all publications comes first and while nothing else is locked, so that no two
        # of them can wait for each other. The claim is locked behind it: it may have run out while this call waited,
        # and then another call may be loading the object.
        self._session.commit()
        self._session.rows(sql.LOCK, name=LOCK_ROW)
        self._claims.hold(self._key)
        if self._outcome.state == "rejected":
            for statement in sql.FORGET_UNLOADED:
                self._session.run(statement, **self._whole)
            self._add_rejected(stage)
        else:
            if self._outcome.sums.rows:
                report = Content.of(self._key, self._outcome)
                require_new([report], loaded_like(self._session, report))
            self._replace(stage)
        self._write_ledger()
        self._claims.end(self._key)

    def _replace(self, stage: Stage) -> None:
        """Rows, quarantine, `oci_billing` and summary of this version in place of any other version's."""
        # The days are asked for before the old rows go and after the new ones are there: a version that moves rows to
        # another day changes the summary of both.
        touched = self._days()
        removed = self._session.run(sql.unpublish(self._dialect), **self._name)
        if staged := stage.name(stage_sql.ROWS):
            self._session.run(sql.publish(self._dialect, staged), **self._whole)
        self._prove()
        self._session.run(sql.FORGET_REJECTED, **self._name)
        self._add_rejected(stage)
        self._fill_billing(stage)
        if self._dialect != "usage" and not removed:
            add_new(self._session, self._key, self._dialect)
        elif self._dialect != "usage":
            days = touched | self._days()
            summarise(self._session, self._key.tenancy_id, self._dialect, days, self._key.object_name)
        self._session.run(sql.FORGET_REPORT, **self._name)

    def ledger_row(self) -> LedgerRow:
        """Return the ledger row as it was committed."""
        outcome, sums = self._outcome, self._sums
        return LedgerRow(
            self._key,
            outcome.dialect,
            outcome.size_bytes,
            sums.rows,
            self._rows_rejected,
            sums.cost,
            sums.quantity,
            outcome.state,
        )

    def _days(self) -> set[datetime]:
        rows = self._session.rows(sql.days(self._dialect), **self._name)
        return {datetime.fromisoformat(str(day)) for (day,) in rows if day is not None}

    def _prove(self) -> None:
        """Compare rows and sums as the database has them with those of the parser. Raises ProofFailed."""
        count, *parts = self._session.rows(sql.proof(self._dialect), **self._name)[0]
        found = sums_of(count, parts)
        if found != self._outcome.sums:
            raise ProofFailed(
                "rows or sums in the database differ from those of the report",
                object_name=self._key.object_name,
                expected=_shown(self._outcome.sums),
                found=_shown(found),
            )

    def _add_rejected(self, stage: Stage) -> None:
        if staged := stage.name(stage_sql.REJECTED_ROWS):
            self._rows_rejected = self._session.run(sql.publish_rejected(staged), **self._whole)
        rows = [
            {**self._whole, "object_row": each.object_row, "reason": each.reason, "content": each.content}
            for each in self._outcome.rejected
        ]
        self._session.many(sql.ADD_REJECTED, rows)
        self._rows_rejected += len(rows)

    def _fill_billing(self, stage: Stage) -> None:
        """Usage reports have the days before the stored one, cost reports that day and the later ones."""
        if self._dialect == "focus":
            return
        stored = self._session.rows(sql.REMEMBERED, name=COST_FROM_ROW)
        first = str(stored[0][0]) if stored else NO_DAY if self._dialect == "usage" else self._begin_cost()
        key = {"usage_report": self._key.usage_report}
        self._session.run(sql.forget_billing(self._dialect), **key, cost_from=first)
        if staged := stage.name(stage_sql.BILLING_ROWS):
            day = datetime.fromisoformat(first)
            self._session.run(sql.publish_billing(self._dialect, staged), **key, cost_from=day)

    def _begin_cost(self) -> str:
        """Store the first usage day that cost reports fill in `oci_billing`: once, for all calls."""
        first = self._billing_cost_from or self._day_after_usage()
        self._session.run(sql.REMEMBER, name=COST_FROM_ROW, value=first)
        self._session.run(sql.LEAVE_TO_COST, cost_from=first)
        return first

    def _day_after_usage(self) -> str:
        latest = latest_day(self.usage_until, datetime.now(UTC))
        newest, of_all = self._session.rows(sql.NEWEST_BILLING, latest=latest)[0]
        if ignored := ignored_day(newest, of_all):
            self._session.run(sql.REMEMBER, name=IGNORED_DAY_ROW, value=ignored)
        return day_after(newest)

    def _write_ledger(self) -> None:
        outcome = self._outcome
        self._session.run(
            sql.ADD_REPORT,
            **self._whole,
            dialect=outcome.dialect,
            size_bytes=outcome.size_bytes,
            rows_loaded=self._sums.rows,
            rows_rejected=self._rows_rejected,
            cost_sum=self._sums.cost,
            quantity_sum=plain(self._sums.quantity),
            sha256=outcome.sha256,
            content_sha256=outcome.content_sha256 or None,
            state=outcome.state,
            call_id=self._call_id,
        )


def sums_of(count: int, parts: list[Decimal | int | None]) -> Sums:
    """Return rows, cost and quantity from what `sql.sums` asks for: each sum in three parts."""
    amounts = [Decimal(part or 0) for part in parts]
    return Sums(int(count), total(amounts[:3]), total(amounts[3:]))


def _shown(sums: Sums) -> str:
    return f"{sums.rows} rows, cost {sums.cost:f}, quantity {sums.quantity:f}"
