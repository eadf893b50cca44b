"""Cost by day from the summary, in the dialect that counts: what is asked by month, compartment or SKU reads no line.

It has the days too whose rows `retention_days` has removed, and the lines without a usage start, on no day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.summary_rows import counts, own_name
from functions.adw_billing.model.tables import DAILY
from functions.adw_billing.warehouse.questions.lines import compartment_joins, undated
from functions.adw_billing.warehouse.questions.question import question

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.words import Words

DAY_VIEW = "oci_cost_day"

_SAME = (
    *("dialect", "subaccount_id", "subscription_id", "service", "sku", "region"),
    *("compartment_id", "compartment_name"),
)
_NAMES = ("tenancy_id", "currency", "usage_day", "month", *_SAME, "compartment_path", "cost")


def _days(words: Words) -> str:
    name = words.name(DAILY)
    path = f"COALESCE(c.path, {own_name('n.twin', 'x.compartment_name', 'x.compartment_id')})"
    columns = (
        f"x.tenancy_id, x.currency, x.usage_day, {words.month('x.usage_day')} AS month, "
        f"{', '.join(f'x.{each}' for each in _SAME)}, {path} AS compartment_path, x.cost, x.row_count AS line_count"
    )
    return (
        f"SELECT {columns} FROM {name} x {compartment_joins(words, 'x.compartment_id', 'x.compartment_name')}\n"
        f"WHERE {counts('x', name)}\n"
        f"UNION ALL\nSELECT {', '.join(_NAMES)}, 1 AS line_count FROM ({undated(words, *_NAMES)}) u"
    )


DAY = question(
    "day-costs",
    "What did each day cost, by tenancy, service, SKU, region and compartment?",
    DAY_VIEW,
    f"{' '.join(_NAMES)} line_count",
    _days,
)
"""As `oci_cost_line` sums up, from far fewer rows."""
