"""The page's filters as conditions over the lines of the bill, for what the summary cannot answer; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.dimension_tables import RESOURCE, TENANCY
from functions.adw_billing.query.conditions import ColumnTest, all_hold
from functions.adw_billing.query.dimensions import CURRENCY, DIALECT, TAG, UNIT
from functions.adw_billing.query.question import filters_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.adw_billing.query.engine_words import Words

_COLUMNS = {
    "service": "l.service",
    "sku": "l.sku",
    "product": "l.description",
    "unit": "l.unit",
    "region": "l.region",
    "compartment": "l.compartment_path",
    "compartment_id": "l.compartment_id",
    CURRENCY: "l.currency",
    DIALECT: "l.dialect",
    UNIT: "l.unit",
}
_PLAIN = {"compartment": "l.compartment_name"}
"""A name that a filter may have in place of the path."""


def line_condition(filters: Iterable[str], words: Words, values: dict[str, str]) -> str:
    """Return a condition over `oci_cost_line l`, and add to ``values`` what is bound; ``filters`` are never empty.

    BadRequest for what is no filter.
    """
    tests = []
    for text in filters:
        for each in filters_of(text):
            name = each.dimension.name
            tests.append(ColumnTest(_column(name, words, values), each.value, each.negated, _also(name, each.value)))
    return all_hold(tests, words, values)


def _also(name: str, value: str) -> str:
    # A path begins with a slash, and no plain name does: the bare name means all compartments that have it.
    return _PLAIN.get(name, "") if value and not value.startswith("/") else ""


def _column(name: str, words: Words, values: dict[str, str]) -> str:
    if name.startswith(TAG):
        key = name.removeprefix(TAG)
        bind = f"tag{sum(each.startswith('tag') for each in values)}"
        expression, bound = words.tag(key, bind)
        if bound:
            values[bind] = bound
        return expression  # of the column `tags`, which no other table of these queries has
    if name in ("day", "month"):
        return words.text_of("l.usage_day", name)
    if name == "resource":
        return _named(words.table(RESOURCE.name), "resource_id", "l.resource_id")
    if name == "tenancy":
        return _named(words.table(TENANCY.name), "tenancy_id", "COALESCE(l.subaccount_id, l.tenancy_id)")
    return _COLUMNS[name]


def _named(table: str, key: str, column: str) -> str:
    """Return the name that a dimension table has for a key, else the key."""
    return f"COALESCE((SELECT MAX(d.name) FROM {table} d WHERE d.{key} = {column}), {column})"
