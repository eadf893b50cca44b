"""The views on DuckDB: FOCUS 1.2 over all dialects, correction chains, reconciliation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.corrections import FOCUS_CORRECTION, LINE_ITEM_CORRECTION
from functions.adw_billing.model.tables import (
    CORRECTION_VIEW,
    COST,
    DAILY,
    FOCUS,
    RECONCILIATION_VIEW,
    REPORT,
    USAGE,
)
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from functions.adw_billing.warehouse.questions.words import DuckDbWords
from functions.adw_billing.warehouse.views import CORRECTION_ROWS, focus_view

if TYPE_CHECKING:
    from functions.adw_billing.model.columns import Table

_MONTH = "date_trunc('month', lineItem_intervalUsageStart)"

# `chain` follows each corrected line to the line that that one corrects, and so on. It ends at a line that corrects
# none, and it ends too where lines correct one another in a circle, which bad data can hold: no step leads back to its
# start or to itself, and no chain is longer than 100. UNION keeps one of the lines that two ways reach.
CORRECTION = f"""CREATE OR REPLACE VIEW {CORRECTION_VIEW} AS
WITH RECURSIVE line AS (
  SELECT 'cost' AS dialect, tenancy_id, object_name, object_row, lineItem_referenceNo AS reference_no,
    lineItem_backreferenceNo AS corrects, coalesce({LINE_ITEM_CORRECTION}, false) AS is_correction,
    cost_myCost AS cost, usage_billedQuantity AS quantity FROM {COST.name}
  UNION ALL SELECT 'usage', tenancy_id, object_name, object_row, lineItem_referenceNo, lineItem_backreferenceNo,
    coalesce({LINE_ITEM_CORRECTION}, false), NULL,
    TRY_CAST(usage_billedQuantity AS DECIMAL(38,15)) FROM {USAGE.name}
  UNION ALL SELECT 'focus', tenancy_id, object_name, object_row, oci_ReferenceNumber, oci_BackReferenceNumber,
    coalesce({FOCUS_CORRECTION}, false),
    BilledCost, coalesce(UsageQuantity, ConsumedQuantity) FROM {FOCUS.name}
), link AS (
  SELECT DISTINCT dialect, tenancy_id, reference_no, corrects FROM line WHERE is_correction AND corrects IS NOT NULL
), chain AS (
  SELECT dialect, tenancy_id, corrects AS start_no, corrects AS current_no, 1 AS depth FROM link
  UNION
  SELECT c.dialect, c.tenancy_id, c.start_no, l.corrects, c.depth + 1 FROM chain c
  JOIN link l ON l.dialect = c.dialect AND l.tenancy_id = c.tenancy_id AND l.reference_no = c.current_no
  WHERE c.depth < 100 AND l.corrects <> c.start_no AND l.corrects <> l.reference_no
), resolved AS (
  SELECT dialect, tenancy_id, start_no, max(depth) AS depth, arg_max(current_no, depth) AS original_reference_no
  FROM chain GROUP BY ALL
), original AS (
  SELECT dialect, tenancy_id, reference_no, sum(cost) AS cost FROM line
  WHERE NOT is_correction AND reference_no IN (SELECT original_reference_no FROM resolved) GROUP BY ALL
)
""" + CORRECTION_ROWS.format(present="o.reference_no IS NOT NULL", is_correction="l.is_correction")
"""Each correction, the line it goes back to in the end, and what the two with all their like amount to."""

RECONCILIATION = f"""
CREATE OR REPLACE VIEW {RECONCILIATION_VIEW} AS
WITH side AS (
  SELECT tenancy_id, usage_day, service, currency,
    sum(cost) FILTER (WHERE dialect = 'cost') AS cost_total,
    sum(cost) FILTER (WHERE dialect = 'focus') AS focus_total,
    sum(row_count) FILTER (WHERE dialect = 'cost') AS cost_rows,
    sum(row_count) FILTER (WHERE dialect = 'focus') AS focus_rows
  FROM {DAILY.name} GROUP BY ALL
)
SELECT tenancy_id, usage_day, service, currency, cost_total, focus_total,
  coalesce(cost_total, 0) - coalesce(focus_total, 0) AS difference, cost_rows, focus_rows,
  CASE WHEN cost_rows IS NULL THEN 'cost-missing' WHEN focus_rows IS NULL THEN 'focus-missing'
    WHEN coalesce(cost_total, 0) = coalesce(focus_total, 0) THEN 'equal' ELSE 'differs' END AS status,
  (SELECT string_agg(r.object_name, ', ' ORDER BY r.object_name) FROM {REPORT.name} r
    WHERE r.tenancy_id = side.tenancy_id AND r.state = 'rejected'
    AND (r.dialect = 'cost' OR r.object_name LIKE 'FOCUS Reports/' || strftime(side.usage_day, '%Y/%m/%d') || '/%')
  ) AS missing_reports
FROM side
"""
"""Cost against FOCUS by day, service and currency, with the objects that are known and not loaded."""


def create_statements() -> list[str]:
    """Return `CREATE OR REPLACE VIEW` of all of them."""
    words = DuckDbWords(_name)
    return [focus_view(_duckdb, _name), CORRECTION, RECONCILIATION, *(each.create(words) for each in QUESTIONS)]


def _name(table: Table | str) -> str:
    return table if isinstance(table, str) else table.name


def _duckdb(expression: str) -> str:
    """Put an expression of the common table into DuckDB's words."""
    return expression.replace("{month}", _MONTH)
