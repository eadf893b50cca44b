"""Days on which a service cost what it should not, read from no more of the summary than they are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from functions.adw_billing.query.question import months_of
from functions.adw_billing.query.ready_questions import ready_statement
from functions.adw_billing.query.statement import Statement
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from functions.adw_billing.warehouse.questions.days import COMPARED_DAYS, anomalies

if TYPE_CHECKING:
    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.model.columns import Table
    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.engine_words import Words

MAX_DAYS = 20
_COLUMNS = "usage_day,service,cost,expected"
_ANOMALIES = next(each for each in QUESTIONS if each.name == "anomalies")


@dataclass(frozen=True, slots=True)
class _Names:
    words: Words

    def name(self, table: Table | str) -> str:
        return self.words.table(table if isinstance(table, str) else table.name)


def unusual_days(asked: Asked, bill: Bill) -> list[tuple[Any, ...]]:
    """Return day, service, cost and expected cost, the newest first; none where other than services are filtered."""
    if any(not each.startswith("service=") for each in asked.filters):
        return []
    made = unusual_statement(asked, bill.words)
    return bill.rows(made.sql, made.values)[:MAX_DAYS]


def unusual_statement(asked: Asked, words: Words) -> Statement:
    """Return the query of the view `oci_anomaly` for the months of a view, over their days and those before them."""
    months = months_of(asked.month, "month")
    since = months.first - timedelta(days=COMPARED_DAYS)
    period = f" AND usage_day >= {words.date('since')} AND usage_day <= {words.date('last_day')}"
    filters = (f"currency={asked.currency}", *asked.filters)
    source = f"({anomalies(_Names(words), period)}) a"
    made = ready_statement(_ANOMALIES, asked.month, filters, _COLUMNS, words, source)
    return Statement(made.sql, {**made.values, "since": since.isoformat()})
