"""The views on Oracle: FOCUS 1.2 over all dialects, correction chains, reconciliation.

The columns of `oci_focus_view` come from the one table in ``views``; what differs between the engines is written here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from functions.adw_billing.model.corrections import FOCUS_CORRECTION, LINE_ITEM_CORRECTION
from functions.adw_billing.model.tables import (
    CORRECTION_VIEW,
    COST,
    DAILY,
    FOCUS,
    FOCUS_VIEW,
    RECONCILIATION_VIEW,
    REPORT,
    USAGE,
)
from functions.adw_billing.warehouse.oracle.names import Statement
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from functions.adw_billing.warehouse.questions.words import OracleWords
from functions.adw_billing.warehouse.views import CORRECTION_ROWS, focus_view

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.question import Question

_START = "lineItem_intervalUsageStart"
_MONTH = f"CAST(TRUNC({_START}, 'MONTH') AS TIMESTAMP(6))"
_NEXT_MONTH = f"CAST(ADD_MONTHS(TRUNC({_START}, 'MONTH'), 1) AS TIMESTAMP(6))"
_DECIMAL = re.compile(r"(?:TRY_)?CAST\((.+) AS DECIMAL\(\d+,\d+\)\)")


def create_statements() -> dict[str, Statement]:
    """Return `CREATE OR REPLACE VIEW` of all of them, by the name in model/tables.py."""
    return {
        FOCUS_VIEW: Statement(lambda name: focus_view(_oracle, name)),
        CORRECTION_VIEW: CORRECTION,
        RECONCILIATION_VIEW: RECONCILIATION,
        **{each.view: _answer(each) for each in QUESTIONS},
    }


def _answer(question: Question) -> Statement:
    return Statement(lambda name: question.create(OracleWords(name)))


def _oracle(expression: str) -> str:
    """Put an expression of the common table into Oracle's words; NUMBER needs no cast, it holds any scale."""
    expression = expression.replace("{month} + INTERVAL 1 MONTH", _NEXT_MONTH).replace("{month}", _MONTH)
    return _DECIMAL.sub(r"\1", expression)


# As DuckDB's, in Oracle's words: a recursive WITH takes UNION ALL only, so that `start_line` makes the starts distinct
# first; there is no boolean and no arg_max, and the depth of 100 alone ends a circle that does not lead to its start.
CORRECTION = Statement(
    lambda name: (
        f"""CREATE OR REPLACE VIEW {name(CORRECTION_VIEW)} AS
WITH line AS (
  SELECT 'cost' AS dialect, tenancy_id, object_name, object_row, lineItem_referenceNo AS reference_no,
    lineItem_backreferenceNo AS corrects, CASE WHEN {LINE_ITEM_CORRECTION} THEN 1 ELSE 0 END AS fixes,
    cost_myCost AS cost, usage_billedQuantity AS quantity FROM {name(COST)}
  UNION ALL SELECT 'usage', tenancy_id, object_name, object_row, lineItem_referenceNo, lineItem_backreferenceNo,
    CASE WHEN {LINE_ITEM_CORRECTION} THEN 1 ELSE 0 END, NULL, usage_billedQuantity FROM {name(USAGE)}
  UNION ALL SELECT 'focus', tenancy_id, object_name, object_row, oci_ReferenceNumber, oci_BackReferenceNumber,
    CASE WHEN {FOCUS_CORRECTION} THEN 1 ELSE 0 END,
    BilledCost, COALESCE(UsageQuantity, ConsumedQuantity) FROM {name(FOCUS)}
), link AS (
  SELECT DISTINCT dialect, tenancy_id, reference_no, corrects FROM line WHERE fixes = 1 AND corrects IS NOT NULL
), start_line AS (
  SELECT DISTINCT dialect, tenancy_id, corrects FROM link
), chain (dialect, tenancy_id, start_no, current_no, depth) AS (
  SELECT dialect, tenancy_id, corrects, corrects, 1 FROM start_line
  UNION ALL
  SELECT c.dialect, c.tenancy_id, c.start_no, l.corrects, c.depth + 1 FROM chain c
  JOIN link l ON l.dialect = c.dialect AND l.tenancy_id = c.tenancy_id AND l.reference_no = c.current_no
  WHERE c.depth < 100 AND l.corrects <> c.start_no AND l.corrects <> l.reference_no
), ranked AS (
  SELECT dialect, tenancy_id, start_no, current_no, depth,
    ROW_NUMBER() OVER (PARTITION BY dialect, tenancy_id, start_no ORDER BY depth DESC) AS place FROM chain
), resolved AS (
  SELECT dialect, tenancy_id, start_no, current_no AS original_reference_no, depth FROM ranked WHERE place = 1
), original AS (
  SELECT dialect, tenancy_id, reference_no, SUM(cost) AS cost FROM line
  WHERE fixes = 0 AND reference_no IN (SELECT original_reference_no FROM resolved)
  GROUP BY dialect, tenancy_id, reference_no
)
"""
        + CORRECTION_ROWS.format(
            present="CASE WHEN o.reference_no IS NULL THEN 0 ELSE 1 END", is_correction="l.fixes = 1"
        )
    )
)
"""Each correction with the line it goes back to in the end, as in ``views``; `original_present` is 1 or 0."""

RECONCILIATION = Statement(
    lambda name: (
        f"""CREATE OR REPLACE VIEW {name(RECONCILIATION_VIEW)} AS
WITH side AS (
  SELECT tenancy_id, usage_day, service, currency,
    SUM(CASE WHEN dialect = 'cost' THEN cost END) AS cost_total,
    SUM(CASE WHEN dialect = 'focus' THEN cost END) AS focus_total,
    SUM(CASE WHEN dialect = 'cost' THEN row_count END) AS cost_rows,
    SUM(CASE WHEN dialect = 'focus' THEN row_count END) AS focus_rows
  FROM {name(DAILY)} GROUP BY tenancy_id, usage_day, service, currency
)
SELECT tenancy_id, usage_day, service, currency, cost_total, focus_total,
  COALESCE(cost_total, 0) - COALESCE(focus_total, 0) AS difference, cost_rows, focus_rows,
  CASE WHEN cost_rows IS NULL THEN 'cost-missing' WHEN focus_rows IS NULL THEN 'focus-missing'
    WHEN COALESCE(cost_total, 0) = COALESCE(focus_total, 0) THEN 'equal' ELSE 'differs' END AS status,
  (SELECT LISTAGG(r.object_name, ', ' ON OVERFLOW TRUNCATE) WITHIN GROUP (ORDER BY r.object_name) FROM {name(REPORT)} r
    WHERE r.tenancy_id = side.tenancy_id AND r.state = 'rejected'
    AND (r.dialect = 'cost' OR r.object_name LIKE 'FOCUS Reports/' || TO_CHAR(side.usage_day, 'YYYY/MM/DD') || '/%')
  ) AS missing_reports
FROM side"""
    )
)
"""Cost against FOCUS by day, service and currency, with the objects that are known and not loaded (as many names as
a text of the database holds)."""
