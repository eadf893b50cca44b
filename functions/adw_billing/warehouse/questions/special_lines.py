"""Lines that need a look of their own: overage, corrections, attributed cost, and what is left of a commitment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.dimension_tables import COMMITMENT, COMMITMENT_BURN
from functions.adw_billing.warehouse.questions.lines import LINE_VIEW, daily
from functions.adw_billing.warehouse.questions.question import question

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.words import Words

_SKU = "tenancy_id, currency, month, service, sku"


def _overage(words: Words) -> str:
    return (
        f"SELECT {_SKU}, SUM(overage_quantity) AS overage_quantity, SUM(overage_cost) AS overage_cost, "
        f"SUM(cost) AS cost, COUNT(*) AS line_count FROM {words.name(LINE_VIEW)} "
        f"WHERE UPPER(overage_flag) IN ('Y', 'YES', 'TRUE') OR overage_cost <> 0 GROUP BY {_SKU}"
    )


def _correction(words: Words) -> str:
    return (
        "SELECT tenancy_id, currency, month, service, SUM(cost) AS cost, COUNT(*) AS line_count, "
        "SUM(CASE WHEN cost < 0 THEN cost ELSE 0 END) AS credited, "
        "SUM(CASE WHEN cost > 0 THEN cost ELSE 0 END) AS charged, "
        "SUM(CASE WHEN corrects_reference_no IS NULL THEN 1 ELSE 0 END) AS without_original "
        f"FROM {words.name(LINE_VIEW)} WHERE is_correction = 1 GROUP BY tenancy_id, currency, month, service"
    )


def _attribution(words: Words) -> str:
    by = "tenancy_id, currency, month, service, sku, resource_id"
    return (
        f"SELECT {by}, SUM(attributed_cost) AS attributed_cost, SUM(cost) AS cost, COUNT(*) AS line_count "
        f"FROM {words.name(LINE_VIEW)} WHERE attributed_cost IS NOT NULL GROUP BY {by}"
    )


def _commitment(words: Words) -> str:
    # Where the amounts were read on several days, the last of a month stands for it; what the reports say of the same
    # months stands beside it, so that a month whose reading lags behind shows.
    month = words.month("seen_day")
    return f"""WITH reading AS (
  SELECT commitment_id, tenancy_id, {month} AS month, seen_day, quantity, used_amount, available_amount,
    ROW_NUMBER() OVER (PARTITION BY commitment_id, tenancy_id, {month} ORDER BY seen_day DESC) AS place
  FROM {words.name(COMMITMENT_BURN)}
), period AS (
  SELECT commitment_id, tenancy_id, MAX(currency) AS currency, MIN(time_start) AS time_start, MAX(time_end) AS time_end
  FROM {words.name(COMMITMENT)} GROUP BY commitment_id, tenancy_id
), billed AS (
  SELECT tenancy_id, currency, {words.month("usage_day")} AS month, SUM(cost) AS cost FROM ({daily(words)}) d
  GROUP BY tenancy_id, currency, {words.month("usage_day")}
)
SELECT r.tenancy_id, p.currency, r.commitment_id, r.month, r.seen_day, p.time_start, p.time_end,
  r.quantity AS committed, r.used_amount, r.available_amount,
  {words.quotient("100 * r.used_amount", "r.quantity", 2)} AS used_percent, b.cost AS billed_cost
FROM reading r LEFT JOIN period p ON p.commitment_id = r.commitment_id AND p.tenancy_id = r.tenancy_id
LEFT JOIN billed b ON b.tenancy_id = r.tenancy_id AND b.currency = p.currency AND b.month = r.month
WHERE r.place = 1"""


SPECIAL_LINES = (
    question(
        "overage",
        "What went beyond the commitment, and at which cost?",
        "oci_overage_month",
        "tenancy_id currency month service sku overage_quantity overage_cost cost line_count",
        _overage,
    ),
    question(
        "corrections",
        "What did corrections take back or add, by usage month?",
        "oci_correction_month",
        "tenancy_id currency month service cost line_count credited charged without_original",
        _correction,
    ),
    question(
        "attribution",
        "How does the cost of shared infrastructure fall on what runs in it, such as pluggable databases?",
        "oci_attribution_month",
        "tenancy_id currency month service sku resource_id attributed_cost cost line_count",
        _attribution,
    ),
    question(
        "commitment",
        "What is left of the commitment, month by month?",
        "oci_commitment_month",
        "tenancy_id currency commitment_id month seen_day time_start time_end committed used_amount available_amount "
        "used_percent billed_cost",
        _commitment,
    ),
)
