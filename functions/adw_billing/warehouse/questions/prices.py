"""Prices and what moved the bill: price changes, list against paid, movers with their reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.dimension_tables import LIST_PRICE
from functions.adw_billing.warehouse.questions.lines import LINE_VIEW
from functions.adw_billing.warehouse.questions.question import question

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.words import Words

_SKU = "tenancy_id, currency, sku"


def _price_change(words: Words) -> str:
    # Lines of a free or a lower tier stand beside those of the full price: the highest of a day is the SKU's price.
    return f"""WITH price AS (
  SELECT {_SKU}, usage_day, MAX(description) AS description, MAX(unit) AS unit, MAX(unit_price) AS unit_price
  FROM {words.name(LINE_VIEW)} WHERE unit_price > 0 AND is_correction = 0 AND usage_day IS NOT NULL
  GROUP BY {_SKU}, usage_day
), placed AS (
  SELECT {_SKU}, usage_day, description, unit, unit_price,
    ROW_NUMBER() OVER (PARTITION BY {_SKU} ORDER BY usage_day) AS place FROM price
)
SELECT n.tenancy_id, n.currency, n.sku, n.description, n.unit, n.usage_day AS first_day, p.unit_price AS previous_price,
  n.unit_price, {words.quotient("100 * (n.unit_price - p.unit_price)", "p.unit_price", 2)} AS change_percent
FROM placed n JOIN placed p ON p.tenancy_id = n.tenancy_id AND p.currency = n.currency AND p.sku = n.sku
  AND p.place = n.place - 1
WHERE n.unit_price <> p.unit_price"""


def _list_price(words: Words) -> str:
    quantity, price = words.amount("s.quantity", 12), words.amount("COALESCE(p.price, s.list_unit_price)", 12)
    list_cost = words.amount(f"{quantity} * {price}", 12)
    return f"""WITH ranked AS (
  SELECT sku, currency, price, ROW_NUMBER() OVER (PARTITION BY sku, currency
    ORDER BY last_seen DESC NULLS LAST, price DESC NULLS LAST) AS place FROM {words.name(LIST_PRICE)}
), spent AS (
  SELECT {_SKU}, month, MAX(description) AS description, SUM(quantity) AS quantity, SUM(cost) AS cost,
    MAX(list_unit_price) AS list_unit_price
  FROM {words.name(LINE_VIEW)} GROUP BY {_SKU}, month
), priced AS (
  SELECT s.tenancy_id, s.currency, s.month, s.sku, s.description, s.quantity,
    COALESCE(p.price, s.list_unit_price) AS list_price, {list_cost} AS list_cost, s.cost
  FROM spent s LEFT JOIN ranked p ON p.sku = s.sku AND p.currency = s.currency AND p.place = 1
)
SELECT tenancy_id, currency, month, sku, description, quantity, list_price, list_cost, cost,
  list_cost - cost AS saving, {words.quotient("100 * (list_cost - cost)", "list_cost", 2)} AS saving_percent
FROM priced"""


def _mover(words: Words) -> str:
    key = "tenancy_id, currency, service, sku"
    ratio = words.quotient("quantity - previous_quantity", "previous_quantity", 12)
    effect = words.amount(f"{words.amount('previous_cost', 6)} * {ratio}", 2)
    return f"""WITH now AS (
  SELECT {key}, month, MAX(description) AS description, SUM(cost) AS cost, SUM(COALESCE(quantity, 0)) AS quantity
  FROM {words.name(LINE_VIEW)} WHERE month IS NOT NULL GROUP BY {key}, month
), side AS (
  SELECT {key}, month, description, cost, quantity, cost - cost AS previous_cost,
    quantity - quantity AS previous_quantity, 1 AS is_now, 0 AS was
  FROM now UNION ALL
  SELECT {key}, {words.months_later("month", 1)}, description, cost - cost, quantity - quantity,
    cost, quantity, 0, 1 FROM now
), known AS (
  SELECT tenancy_id, MIN(month) AS oldest, MAX(month) AS newest FROM now GROUP BY tenancy_id
), pair AS (
  SELECT s.tenancy_id, s.currency, s.service, s.sku, s.month, MAX(s.description) AS description, SUM(s.cost) AS cost,
    SUM(s.previous_cost) AS previous_cost, SUM(s.quantity) AS quantity, SUM(s.previous_quantity) AS previous_quantity,
    MAX(s.is_now) AS is_now, MAX(s.was) AS was
  FROM side s JOIN known k ON k.tenancy_id = s.tenancy_id AND s.month > k.oldest AND s.month <= k.newest
  GROUP BY s.tenancy_id, s.currency, s.service, s.sku, s.month
), judged AS (
  SELECT {key}, month, description, cost, previous_cost, quantity, previous_quantity, is_now, was,
    CASE WHEN is_now = 1 AND was = 1 THEN {effect} END AS quantity_effect FROM pair
)
SELECT tenancy_id, currency, month, service, sku, description, cost, previous_cost, cost - previous_cost AS change,
  quantity, previous_quantity, quantity_effect, cost - previous_cost - quantity_effect AS price_effect,
  CASE WHEN was = 0 THEN 'new' WHEN is_now = 0 THEN 'gone' WHEN cost = previous_cost THEN 'same'
    WHEN quantity_effect IS NULL THEN 'unknown'
    WHEN ABS(quantity_effect) >= ABS(cost - previous_cost - quantity_effect) THEN 'quantity'
    ELSE 'price' END AS reason
FROM judged"""


PRICES = (
    question(
        "price-changes",
        "Which SKU changed its price, when and by how much?",
        "oci_price_change",
        "tenancy_id currency sku description unit first_day previous_price unit_price change_percent",
        _price_change,
    ),
    question(
        "list-prices",
        "What would the month have cost at list price?",
        "oci_list_against_paid",
        "tenancy_id currency month sku description quantity list_price list_cost cost saving saving_percent",
        _list_price,
    ),
    question(
        "movers",
        "What moved the bill against the month before, and why?",
        "oci_mover",
        "tenancy_id currency month service sku description cost previous_cost change quantity previous_quantity "
        "quantity_effect price_effect reason",
        _mover,
    ),
)
