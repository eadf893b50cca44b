"""Cost by month: by service, compartment, tag and whatever else, against the month before, and unit cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.dimension_tables import COMPARTMENT
from functions.adw_billing.model.tables import MEASURE
from functions.adw_billing.warehouse.questions.day_costs import DAY_VIEW
from functions.adw_billing.warehouse.questions.lines import LINE_VIEW, daily
from functions.adw_billing.warehouse.questions.question import question

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.words import Words

_DIMENSIONS = {
    "service": "service",
    "compartment": "compartment_path",
    "sku": "sku",
    "region": "region",
    "subaccount": "subaccount_id",
    "subscription": "subscription_id",
}
_BY = "tenancy_id, currency, month"


def _month(words: Words) -> str:
    by = f"{_BY}, subaccount_id, service, sku, region, compartment_path"
    lines = f"CAST(SUM(line_count) AS {words.whole}) AS line_count"
    return f"SELECT {by}, SUM(cost) AS cost, {lines} FROM {words.name(DAY_VIEW)} GROUP BY {by}"


def _change(words: Words) -> str:
    whole = f"SELECT {_BY}, 'total' AS dimension, 'total' AS value, cost FROM {words.name(DAY_VIEW)}"
    parts = [
        f"SELECT {_BY}, '{dimension}', COALESCE({column}, '(none)'), cost FROM {words.name(DAY_VIEW)}"
        for dimension, column in _DIMENSIONS.items()
    ]
    # A value that is gone has a row too: each month's costs are the next month's previous costs, up to the newest. The
    # other side of each is `cost - cost`: a literal 0 can make a whole number of the column, and of its sum.
    return f"""WITH line AS ({" UNION ALL ".join([whole, *parts])}), now AS (
  SELECT {_BY}, dimension, value, SUM(cost) AS cost FROM line WHERE month IS NOT NULL GROUP BY {_BY}, dimension, value
), side AS (
  SELECT {_BY}, dimension, value, cost, cost - cost AS previous_cost FROM now
  UNION ALL SELECT tenancy_id, currency, {words.months_later("month", 1)}, dimension, value,
    cost - cost, cost FROM now
), newest AS (
  SELECT tenancy_id, MAX(month) AS month FROM now GROUP BY tenancy_id
), summed AS (
  SELECT s.tenancy_id, s.currency, s.month, s.dimension, s.value, SUM(s.cost) AS cost,
    SUM(s.previous_cost) AS previous_cost
  FROM side s JOIN newest n ON n.tenancy_id = s.tenancy_id AND s.month <= n.month
  GROUP BY s.tenancy_id, s.currency, s.month, s.dimension, s.value
)
SELECT {_BY}, dimension, value, cost, previous_cost, cost - previous_cost AS change,
  {words.quotient("100 * (cost - previous_cost)", "previous_cost", 2)} AS change_percent
FROM summed"""


def _compartment(words: Words) -> str:
    return f"""WITH own AS (
  SELECT {_BY}, COALESCE(compartment_path, '(none)') AS path, SUM(cost) AS cost FROM {words.name(DAY_VIEW)}
  GROUP BY {_BY}, COALESCE(compartment_path, '(none)')
), node AS (
  SELECT path FROM own UNION SELECT path FROM {words.name(COMPARTMENT)} WHERE path IS NOT NULL
)
SELECT o.tenancy_id, o.currency, o.month, n.path, SUM(CASE WHEN o.path = n.path THEN o.cost ELSE 0 END) AS own_cost,
  SUM(o.cost) AS cost
FROM own o JOIN node n ON o.path = n.path OR (n.path = '/' AND SUBSTR(o.path, 1, 1) = '/')
  OR SUBSTR(o.path, 1, LENGTH(n.path) + 1) = n.path || '/'
GROUP BY o.tenancy_id, o.currency, o.month, n.path"""


def _tag(words: Words) -> str:
    lines = f"(SELECT {_BY}, cost, tags FROM {words.name(LINE_VIEW)} WHERE tags IS NOT NULL)"
    return (
        f"SELECT {_BY}, tag_key, tag_value, SUM(cost) AS cost, COUNT(*) AS line_count "
        f"FROM ({words.tag_pairs(lines)}) p GROUP BY {_BY}, tag_key, tag_value"
    )


def _untagged(words: Words) -> str:
    tagged = "CASE WHEN tags IS NOT NULL AND LENGTH(tags) > 2 THEN cost ELSE 0 END"
    return f"""WITH whole AS (
  SELECT {_BY}, SUM(cost) AS cost, SUM({tagged}) AS tagged_cost FROM {words.name(LINE_VIEW)} GROUP BY {_BY}
), keyed AS (
  SELECT {_BY}, tag_key, SUM(cost) AS tagged_cost FROM {words.name("oci_tag_month")} GROUP BY {_BY}, tag_key
), known AS (
  SELECT DISTINCT tenancy_id, tag_key FROM keyed
), side AS (
  SELECT {_BY}, '(any)' AS tag_key, tagged_cost, cost FROM whole
  UNION ALL SELECT w.tenancy_id, w.currency, w.month, n.tag_key, COALESCE(k.tagged_cost, 0), w.cost
  FROM whole w JOIN known n ON n.tenancy_id = w.tenancy_id
  LEFT JOIN keyed k ON k.tenancy_id = w.tenancy_id AND k.currency = w.currency AND k.month = w.month
    AND k.tag_key = n.tag_key
)
SELECT {_BY}, tag_key, tagged_cost, cost - tagged_cost AS untagged_cost, cost,
  {words.quotient("100 * (cost - tagged_cost)", "cost", 2)} AS untagged_percent FROM side"""


def _unit_cost(words: Words) -> str:
    return f"""WITH billed AS (
  SELECT tenancy_id, currency, usage_day, SUM(cost) AS cost FROM ({daily(words)}) d
  GROUP BY tenancy_id, currency, usage_day
), measured AS (
  SELECT measure, usage_day, SUM(value) AS value FROM {words.name(MEASURE)} GROUP BY measure, usage_day
), month AS (
  SELECT b.tenancy_id, b.currency, {words.month("b.usage_day")} AS month, m.measure, SUM(b.cost) AS cost,
    SUM(m.value) AS value, COUNT(*) AS day_count
  FROM billed b JOIN measured m ON m.usage_day = b.usage_day
  GROUP BY b.tenancy_id, b.currency, {words.month("b.usage_day")}, m.measure
)
SELECT tenancy_id, currency, month, measure, cost, value, day_count,
  {words.quotient("cost", "value", 6)} AS unit_cost FROM month"""


MONTHS = (
    question(
        "months",
        "What did each month cost, by tenancy, service, SKU, region and compartment?",
        "oci_cost_month",
        "tenancy_id currency month subaccount_id service sku region compartment_path cost line_count",
        _month,
    ),
    question(
        "changes",
        "What changed against the month before, by any dimension?",
        "oci_cost_change",
        "tenancy_id currency month dimension value cost previous_cost change change_percent",
        _change,
    ),
    question(
        "compartments",
        "What did each compartment cost, with all below it?",
        "oci_compartment_month",
        "tenancy_id currency month path own_cost cost",
        _compartment,
    ),
    question(
        "tags",
        "What did each value of a tag cost?",
        "oci_tag_month",
        "tenancy_id currency month tag_key tag_value cost line_count",
        _tag,
    ),
    question(
        "untagged",
        "Which share of the bill has no tag, or lacks a tag key?",
        "oci_untagged_month",
        "tenancy_id currency month tag_key tagged_cost untagged_cost cost untagged_percent",
        _untagged,
    ),
    question(
        "unit-cost",
        "What does a unit of the business cost, such as an order or a user?",
        "oci_unit_cost",
        "tenancy_id currency month measure cost value day_count unit_cost",
        _unit_cost,
    ),
)
