"""Days that stand out, and what the month will cost: both by medians, which a single odd day does not move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.warehouse.questions.lines import daily, day_totals
from functions.adw_billing.warehouse.questions.question import question
from functions.adw_billing.warehouse.questions.words import numbers

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.words import Words

WEEKS, LEAST_WEEKS = 8, 4
"""Days of the same weekday that a day is compared with, and how many there must be."""
RECENT_DAYS, LEAST_RECENT = 28, 14
"""Otherwise: days before it, and how many of them there must be."""
MAD_FACTOR = 6
"""An anomaly lies more than this many median absolute deviations from the median: 4 standard deviations of normal
noise, of which a MAD is 0.67."""

_DAY = "tenancy_id, currency, usage_day"


def _median(name: str, source: str, key: str, value: str) -> str:
    """Return two CTEs, the second named ``name``: the median of a value by key; of an even number, the middle."""
    return f"""{name}_placed AS (
  SELECT {key}, {value} AS value, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {value}) AS place,
    COUNT(*) OVER (PARTITION BY {key}) AS counted FROM {source}
), {name} AS (
  SELECT {key}, SUM(value) * CASE WHEN COUNT(*) = 2 THEN 0.5 ELSE 1 END AS value, MAX(counted) AS counted
  FROM {name}_placed WHERE 2 * place >= counted AND 2 * place <= counted + 2 GROUP BY {key}
)"""


def _anomaly(words: Words) -> str:
    key = f"{_DAY}, service"
    return f"""WITH billed AS ({daily(words)}), day AS (
  SELECT {_DAY}, SUM(cost) AS cost FROM billed GROUP BY {_DAY}
), pair AS (
  SELECT d.tenancy_id, d.currency, d.usage_day, p.usage_day AS past_day,
    CASE WHEN MOD(d.usage_day - p.usage_day, 7) = 0 THEN 1 ELSE 0 END AS same_weekday,
    CASE WHEN d.usage_day - p.usage_day <= {RECENT_DAYS} THEN 1 ELSE 0 END AS recent
  FROM day d JOIN day p ON p.tenancy_id = d.tenancy_id AND p.currency = d.currency AND p.usage_day < d.usage_day
    AND d.usage_day - p.usage_day <= {7 * WEEKS}
), chosen AS (
  SELECT {_DAY}, CASE WHEN SUM(same_weekday) >= {LEAST_WEEKS} THEN 'weekday' ELSE 'recent' END AS compared_with
  FROM pair GROUP BY {_DAY} HAVING SUM(same_weekday) >= {LEAST_WEEKS} OR SUM(recent) >= {LEAST_RECENT}
), service AS (
  SELECT DISTINCT tenancy_id, currency, service FROM billed
), sample AS (
  SELECT p.tenancy_id, p.currency, p.usage_day, s.service, c.compared_with, COALESCE(b.cost, 0) AS cost
  FROM pair p JOIN chosen c ON c.tenancy_id = p.tenancy_id AND c.currency = p.currency AND c.usage_day = p.usage_day
    AND ((c.compared_with = 'weekday' AND p.same_weekday = 1) OR (c.compared_with = 'recent' AND p.recent = 1))
  JOIN service s ON s.tenancy_id = p.tenancy_id AND s.currency = p.currency
  LEFT JOIN billed b ON b.tenancy_id = p.tenancy_id AND b.currency = p.currency AND b.service = s.service
    AND b.usage_day = p.past_day
), {_median("middle", "sample", f"{key}, compared_with", "cost")}, distance AS (
  SELECT s.tenancy_id, s.currency, s.usage_day, s.service, ABS(s.cost - m.value) AS cost
  FROM sample s JOIN middle m ON m.tenancy_id = s.tenancy_id AND m.currency = s.currency
    AND m.usage_day = s.usage_day AND m.service = s.service
), {_median("spread", "distance", key, "cost")}, judged AS (
  SELECT m.tenancy_id, m.currency, m.usage_day, m.service, COALESCE(b.cost, 0) AS cost, m.value AS expected,
    s.value AS mad, m.compared_with, m.counted, COALESCE(b.cost, 0) - m.value AS deviation, d.cost AS day_cost
  FROM middle m JOIN spread s ON s.tenancy_id = m.tenancy_id AND s.currency = m.currency
    AND s.usage_day = m.usage_day AND s.service = m.service
  JOIN day d ON d.tenancy_id = m.tenancy_id AND d.currency = m.currency AND d.usage_day = m.usage_day
  LEFT JOIN billed b ON b.tenancy_id = m.tenancy_id AND b.currency = m.currency AND b.service = m.service
    AND b.usage_day = m.usage_day
)
SELECT tenancy_id, currency, usage_day, service, cost, expected, deviation, mad, compared_with, counted AS days_compared
FROM judged WHERE ABS(deviation) > {MAD_FACTOR} * mad AND 10 * ABS(deviation) >= ABS(expected)
  AND 100 * ABS(deviation) >= ABS(day_cost)"""


def _forecast_day(words: Words) -> str:
    key = "tenancy_id, currency, usage_day, ahead"
    return f"""WITH day AS (
  SELECT {_DAY}, {words.month("usage_day")} AS month, LAST_DAY(usage_day) - usage_day AS days_left, cost
  FROM ({day_totals(words)}) x
), newest AS (
  SELECT tenancy_id, currency, MAX(usage_day) AS usage_day, MAX(month) AS month FROM day GROUP BY tenancy_id, currency
), month_cost AS (
  SELECT tenancy_id, currency, month, SUM(cost) AS cost FROM day GROUP BY tenancy_id, currency, month
), so_far AS (
  SELECT d.tenancy_id, d.currency, d.usage_day, d.month, d.days_left, SUM(p.cost) AS cost
  FROM day d JOIN newest n ON n.tenancy_id = d.tenancy_id AND n.currency = d.currency AND d.usage_day < n.usage_day
  JOIN day p ON p.tenancy_id = d.tenancy_id AND p.currency = d.currency AND p.month = d.month
    AND p.usage_day <= d.usage_day
  GROUP BY d.tenancy_id, d.currency, d.usage_day, d.month, d.days_left
), weekday AS (
  {numbers(words, 1, 7)}
), sample AS (
  SELECT s.tenancy_id, s.currency, s.usage_day, w.n AS ahead, p.cost
  FROM so_far s CROSS JOIN weekday w JOIN day p ON p.tenancy_id = s.tenancy_id AND p.currency = s.currency
    AND p.usage_day <= s.usage_day AND s.usage_day - p.usage_day < 28
    AND MOD(s.usage_day - p.usage_day + w.n, 7) = 0
), {_median("middle", "sample", key, "cost")}, ahead AS (
  {numbers(words, 1, 30)}
), rest AS (
  SELECT m.tenancy_id, m.currency, m.usage_day, SUM(m.value) AS cost, COUNT(*) AS days
  FROM middle m JOIN so_far s ON s.tenancy_id = m.tenancy_id AND s.currency = m.currency AND s.usage_day = m.usage_day
  JOIN ahead a ON a.n <= s.days_left AND MOD(a.n - m.ahead + 7, 7) = 0
  GROUP BY m.tenancy_id, m.currency, m.usage_day
), forecast AS (
  SELECT s.tenancy_id, s.currency, s.month, s.usage_day AS as_of, s.days_left, s.cost AS to_date,
    CASE WHEN s.days_left = 0 THEN s.cost WHEN r.days = s.days_left THEN s.cost + r.cost END AS forecast,
    CASE WHEN s.month < n.month THEN m.cost END AS actual
  FROM so_far s JOIN newest n ON n.tenancy_id = s.tenancy_id AND n.currency = s.currency
  JOIN month_cost m ON m.tenancy_id = s.tenancy_id AND m.currency = s.currency AND m.month = s.month
  LEFT JOIN rest r ON r.tenancy_id = s.tenancy_id AND r.currency = s.currency AND r.usage_day = s.usage_day
)
SELECT tenancy_id, currency, month, as_of, days_left, to_date, forecast, actual, forecast - actual AS forecast_error,
  {words.quotient("100 * (forecast - actual)", "actual", 2)} AS error_percent FROM forecast"""


def _forecast(words: Words) -> str:
    # The view is named once, so that an engine works it out once.
    return f"""WITH made AS (
  SELECT tenancy_id, currency, month, as_of, days_left, to_date, forecast, error_percent
  FROM {words.name(FORECAST_DAY_VIEW)}
), newest AS (
  SELECT tenancy_id, currency, MAX(as_of) AS as_of FROM made GROUP BY tenancy_id, currency
), now AS (
  SELECT f.tenancy_id, f.currency, f.month, f.as_of, f.days_left, f.to_date, f.forecast FROM made f
  JOIN newest n ON n.tenancy_id = f.tenancy_id AND n.currency = f.currency AND n.as_of = f.as_of
), past AS (
  SELECT n.tenancy_id, n.currency, COUNT(*) AS months, SUM(ABS(f.error_percent)) AS errors
  FROM now n JOIN made f ON f.tenancy_id = n.tenancy_id AND f.currency = n.currency AND f.days_left = n.days_left
    AND f.month < n.month AND f.error_percent IS NOT NULL
  GROUP BY n.tenancy_id, n.currency
)
SELECT n.tenancy_id, n.currency, n.month, n.as_of, n.days_left, n.to_date, n.forecast, COALESCE(p.months, 0) AS
  past_months, {words.quotient("p.errors", "p.months", 2)} AS past_error_percent
FROM now n LEFT JOIN past p ON p.tenancy_id = n.tenancy_id AND p.currency = n.currency"""


FORECAST_DAY_VIEW = "oci_forecast_day"
DAYS = (
    question(
        "anomalies",
        "On which day did a service cost what it should not?",
        "oci_anomaly",
        "tenancy_id currency usage_day service cost expected deviation mad compared_with days_compared",
        _anomaly,
    ),
    question(
        "forecasts",
        "What would each day's forecast have been, and how wrong was it?",
        FORECAST_DAY_VIEW,
        "tenancy_id currency month as_of days_left to_date forecast actual forecast_error error_percent",
        _forecast_day,
    ),
    question(
        "forecast",
        "What will the month cost, and how far off were such forecasts?",
        "oci_forecast",
        "tenancy_id currency month as_of days_left to_date forecast past_months past_error_percent",
        _forecast,
    ),
)
