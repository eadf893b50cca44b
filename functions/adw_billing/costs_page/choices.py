"""What there is to filter by in a view's months, the dearest first: from the summary, and tags from the lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.adw_billing.costs_page.asked import PLAIN
from functions.adw_billing.costs_page.compartment_tree import compartment_nodes
from functions.adw_billing.costs_page.figures import ready
from functions.adw_billing.costs_page.page_amounts import NO_VALUE, money
from functions.adw_billing.model.exact_sums import ZERO
from functions.adw_billing.query.bill_answers import question_rows
from functions.adw_billing.query.dimensions import CURRENCY, TAG
from functions.adw_billing.query.question import question
from functions.adw_billing.query.ready_questions import TAGS
from shared.pages.web_page import View

if TYPE_CHECKING:
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.costs_page.compartment_tree import Branch
    from functions.adw_billing.query.bill import Bill

MOST = 200
"""Entries of a list; a value that is not among them is typed."""
MOST_KEYS, MOST_VALUES = 60, 30
"""Tag keys, and values of each."""
LETTERS = 80
"""Of an entry."""
INDENT = "\N{NO-BREAK SPACE}" * 4


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a list: what is read, and the filter."""

    text: str
    filter: str


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """The values of a dimension; ``more`` are not among the choices, of which ``values`` are proposed to who types."""

    name: str
    choices: list[Choice]
    more: int = 0
    values: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name as people read it."""
        return "SKU" if self.name == "sku" else self.name.capitalize()


def choices_view(asked: Asked, bill: Bill) -> View:
    """Return the lists of a settled view's months and currency, whatever it filters."""
    lists = [_choices(name, asked, bill) for name in PLAIN]
    values = {"asked": asked, "alone": False, "lists": [each for each in lists if len(each.choices) > 1]}
    return View("Filters", values, [], asked.pairs, part="choices")


def tags_view(asked: Asked, bill: Bill) -> View:
    """Return tag keys with their values of a settled view's months and currency; no filter narrows them."""
    found: dict[str, list[tuple[str | None, Decimal]]] = {}
    for key, value, cost in _tag_costs(asked, bill):
        found.setdefault(key, []).append((value, cost))
    sizes = sorted(found, key=lambda key: (-sum(cost for _, cost in found[key]), key))
    keys = [
        (f"{TAG}{key}", key[:LETTERS], [_choice(f"{TAG}{key}", *each) for each in found[key]])
        for key in sizes[:MOST_KEYS]
    ]
    return View("Tags", {"asked": asked, "keys": keys, "more": len(sizes) - len(keys)}, [], asked.pairs, part="tags")


def _tag_costs(asked: Asked, bill: Bill) -> list[tuple[str, str | None, Decimal]]:
    """Return key, value and cost, the dearest values of each key first."""
    lines = ready(TAGS, "tag_key,tag_value,cost", asked, bill)
    place = "ROW_NUMBER() OVER (PARTITION BY tag_key ORDER BY SUM(cost) DESC, tag_value)"
    sums = f"SELECT tag_key, tag_value, SUM(cost) AS cost, {place} AS place FROM ({lines.sql}) q"
    sql = f"SELECT tag_key, tag_value, cost FROM ({sums} GROUP BY tag_key, tag_value) p WHERE place <= {MOST_VALUES}"
    rows = bill.rows(f"{sql} ORDER BY tag_key, place", lines.values)
    return [(key, value, cost or ZERO) for key, value, cost in rows]


def _choices(name: str, asked: Asked, bill: Bill) -> ChoiceList:
    wanted = question(name, asked.month, filters=(f"{CURRENCY}={asked.currency}",))
    rows = [(row[0], row[2] or ZERO) for row in question_rows(wanted, bill)]
    if name == "compartment":
        nodes, more = compartment_nodes([(each or "", cost) for each, cost in rows], MOST)
        found = [replace(_choice(name, each.value, each.cost), text=_node_text(each)) for each in nodes]
        return ChoiceList(name, found, more)
    rows.sort(key=lambda row: (-abs(row[1]), row[0] or ""))
    rest = tuple(each or "" for each, _ in rows[MOST : 2 * MOST])
    return ChoiceList(name, [_choice(name, *row) for row in rows[:MOST]], max(0, len(rows) - MOST), rest)


def _node_text(node: Branch) -> str:
    return f"{INDENT * node.depth}{_cut(node.name)} \N{MIDDLE DOT} {money(node.cost)}"


def _choice(name: str, value: str | None, cost: Decimal) -> Choice:
    return Choice(f"{_cut(value)} \N{MIDDLE DOT} {money(cost)}", f"{name}={value or ''}")


def _cut(value: str | None) -> str:
    text = value or NO_VALUE
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}\N{HORIZONTAL ELLIPSIS}"
