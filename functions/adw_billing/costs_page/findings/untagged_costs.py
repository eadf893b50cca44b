"""The part of costs without a tag, by key and over the months, whatever the filters; each row leads to what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.asked import MAX_FILTERS
from functions.adw_billing.costs_page.findings.line_filters import line_condition
from functions.adw_billing.costs_page.page_amounts import amount_cell, percent
from functions.adw_billing.model.exact_sums import EXACT, ZERO, add, total
from functions.adw_billing.query.dimensions import TAG
from functions.adw_billing.query.engine_words import OracleWords
from functions.adw_billing.query.question import months_after, months_of
from functions.adw_billing.warehouse.questions import words as question_words
from functions.adw_billing.warehouse.questions.lines import LINE_VIEW
from shared.errors import BadRequest
from shared.pages.web_page import Cell

if TYPE_CHECKING:
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.engine_words import Words

LEAST_MONTHS = 6
"""Months that the course has, where there are so many."""
SHOWN, DRAWN = 12, 5
NO_TAG = "no tag at all"


@dataclass(frozen=True, slots=True)
class Tagged:
    """Costs by month, and by month and tag key; the key `` is a line with any tag."""

    whole: dict[str, Decimal]
    tagged: dict[tuple[str, str], Decimal]

    def untagged(self, key: str, months: list[str]) -> Decimal:
        """Return what lacks a key in some months."""
        cost, own = (
            total(each) for each in ((self.whole.get(m) for m in months), (self.tagged.get((m, key)) for m in months))
        )
        return EXACT.subtract(cost, own)

    def share(self, key: str, month: str) -> float | None:
        """Return per cent of a month that lack a key, None for a month without cost."""
        cost = self.whole.get(month)
        return round(float(100 * self.untagged(key, [month]) / cost), 2) if cost else None


def tagged_costs(asked: Asked, bill: Bill) -> Tagged:
    """Ask the lines of the period, and of as many months before as the course has."""
    months = months_of(asked.month, "month")
    words = bill.words
    begin = months_after(months.first, -max(0, LEAST_MONTHS - months.count))
    values = {"first_day": begin.isoformat(), "last_day": months.last.isoformat()}
    where = line_condition(asked.in_currency, words, values)
    where += f" AND l.usage_day >= {words.date('first_day')} AND l.usage_day <= {words.date('last_day')}"
    month = words.text_of("l.usage_day", "month")
    lines = f"SELECT {month} AS tag_month, l.cost, l.tags FROM {words.table(LINE_VIEW)} l WHERE {where}"
    any_tag = "SUM(CASE WHEN tags IS NOT NULL AND LENGTH(tags) > 2 THEN cost END)"
    sums = bill.rows(f"SELECT tag_month, SUM(cost), {any_tag} FROM ({lines}) t GROUP BY tag_month", values)
    pairs = _words(words).tag_pairs(f"({lines} AND l.tags IS NOT NULL)")
    keyed = bill.rows(f"SELECT tag_month, tag_key, SUM(cost) FROM ({pairs}) p GROUP BY tag_month, tag_key", values)
    tagged = {(row[0], ""): row[2] or ZERO for row in sums}
    for row_month, key, cost in keyed:
        if key:
            tagged[row_month, key] = add(tagged.get((row_month, key)), cost)
    return Tagged({row[0]: row[1] or ZERO for row in sums}, tagged)


def untagged_values(asked: Asked, found: Tagged, words: Words) -> tuple[list[list[Any]], list[dict[str, Any]], str]:
    """Return the table's rows, the chart over the months (none of a single one), and what it says."""
    months = months_of(asked.month, "month")
    own = [each for each in sorted(found.whole) if f"{months.first:%Y-%m}" <= each <= f"{months.last:%Y-%m}"]
    whole = total(found.whole[each] for each in own)
    keys = sorted({key for _, key in found.tagged if key}, key=lambda key: (-found.untagged(key, own), key))
    order = ["", *keys][:SHOWN]
    rows = [
        [_link(key, asked, words), amount_cell(found.untagged(key, own)), percent(found.untagged(key, own), whole)]
        for key in order
    ]
    x = sorted(found.whole)
    if len(x) < 2:
        return rows, [], ""
    series = [{"name": key or NO_TAG, "values": [found.share(key, each) for each in x]} for key in order[:DRAWN]]
    chart = {"id": "untagged", "kind": "lines", "x": x, "unit": "%", "series": series, "height": 220}
    said = f"{found.share('', x[-1])} % have no tag at all"
    if len(order) > 1:
        said += f", {found.share(order[1], x[-1])} % lack {order[1]}"
    return rows, [chart], f"Share of the cost without a tag, by month: in {x[-1]} {said}."


def _link(key: str, asked: Asked, words: Words) -> Cell:
    """Return the name of a row, which leads to the compartments that have what is untagged."""
    if not key:
        return Cell(NO_TAG)
    try:
        words.tag(key, "key")
    except BadRequest:  # a key that this engine cannot be asked for
        return Cell(f"without {key}")
    kept = tuple(each for each in asked.filters if not each.startswith(f"{TAG}{key}="))
    if len(kept) >= MAX_FILTERS:
        return Cell(f"without {key}")
    return Cell(
        f"without {key}", replace(asked, by="compartment", part="view", filters=(*kept, f"{TAG}{key}=")).address
    )


def _words(words: Words) -> question_words.Words:
    """Return the words of views for the engine that is asked."""

    def name(table: Any) -> str:  # noqa: ANN401  (a table or its name)
        return words.table(table if isinstance(table, str) else table.name)

    if isinstance(words, OracleWords):
        return question_words.OracleWords(name)
    return question_words.DuckDbWords(name)
