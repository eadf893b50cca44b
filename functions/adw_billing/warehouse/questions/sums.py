"""Whether ledger and daily summary add up, and by which rows they may differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import COST_SUM, DAILY, DATA, DAY_COLUMN, REPORT, SUM_VIEW, SUMMARY_COLUMNS
from functions.adw_billing.warehouse.questions.question import question

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.words import Words

_SIDES = ("ledger", "daily", "undated")
_COLUMNS = (
    "tenancy_id dialect ledger_rows ledger_cost daily_rows daily_cost undated_rows undated_cost row_difference "
    "cost_difference"
)


def _sums(words: Words) -> str:
    # The ledger has what each report's rows come to, and so does the summary, by day. A row without a usage start is in
    # no day: it is counted from the reports' own rows, which `retention_days` never removes where they have no day.
    parts = [
        _side("ledger", "dialect", "rows_loaded", "cost_sum", f"{words.name(REPORT)} WHERE dialect <> 'usage'"),
        _side("daily", "dialect", "row_count", "cost", words.name(DAILY)),
    ]
    for dialect in SUMMARY_COLUMNS:
        undated = f"{words.name(DATA[dialect])} WHERE {DAY_COLUMN[dialect]} IS NULL"
        parts.append(_side("undated", f"'{dialect}'", "1", COST_SUM[dialect].sql("0"), undated))
    sums = ", ".join(f"SUM({side}_{what}) AS {side}_{what}" for side in _SIDES for what in ("rows", "cost"))
    differences = ", ".join(
        f"SUM(ledger_{what}) - SUM(daily_{what}) - SUM(undated_{what}) AS {name}_difference"
        for what, name in (("rows", "row"), ("cost", "cost"))
    )
    rows = "\nUNION ALL ".join(parts)
    return f"SELECT tenancy_id, dialect, {sums}, {differences} FROM (\n{rows}\n) s\nGROUP BY tenancy_id, dialect"


def _side(side: str, dialect: str, rows: str, cost: str, source: str) -> str:
    values = {f"{side}_rows": rows, f"{side}_cost": f"COALESCE({cost}, 0)"}
    names = [f"{each}_{what}" for each in _SIDES for what in ("rows", "cost")]
    columns = ", ".join(f"{values.get(name, '0')} AS {name}" for name in names)
    return f"SELECT tenancy_id, {dialect} AS dialect, {columns} FROM {source}"


SUMS = question("sums", "Do ledger and daily summary add up?", SUM_VIEW, _COLUMNS, _sums)
"""A line for each tenancy and dialect with costs."""
