"""The second part of the cost page, which reads lines: tags, corrections, commitment, proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.figures import answers_of
from functions.adw_billing.costs_page.page_amounts import ABSENT, amount_cell, money, percent
from functions.adw_billing.model.exact_sums import total
from functions.adw_billing.query.conditions import split_filter
from shared.pages.web_page import View

if TYPE_CHECKING:
    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill

SHOWN = 12


def why_view(asked: Asked, bill: Bill) -> View:
    """Return the part of a settled question."""
    values: dict[str, Any] = {
        "asked": asked,
        "untagged": _untagged(asked, bill),
        "corrections": _corrections(asked, bill),
        "commitment": _commitment(asked, bill),
        "left_out": [each for each in asked.filters if split_filter(each)[0] not in ("service", "sku")],
    }
    return View("Why", values, [], asked.pairs, part="why")


def _own(asked: Asked, *columns: str) -> list[str]:
    """Return the filters on columns that a ready question has."""
    return [each for each in asked.filters if split_filter(each)[0] in columns]


def _untagged(asked: Asked, bill: Bill) -> list[list[Any]]:
    rows = answers_of("untagged", "tag_key,untagged_cost,cost", asked, bill)
    found: dict[str, tuple[Any, Any]] = {}
    for key, untagged, cost in rows:
        before = found.get(key)
        found[key] = (untagged, cost) if before is None else (total((before[0], untagged)), total((before[1], cost)))
    ordered = sorted(found.items(), key=lambda item: (item[0] != "(any)", -item[1][1] + item[1][0]))
    names = {"(any)": "no tag at all"}
    return [
        [names.get(key, f"without {key}"), amount_cell(part), percent(part, cost)]
        for key, (part, cost) in ordered[:SHOWN]
    ]


def _corrections(asked: Asked, bill: Bill) -> list[list[Any]]:
    columns = "month,service,cost,line_count,without_original"
    rows = answers_of("corrections", columns, asked, bill, *_own(asked, "service"))
    return [
        [f"{row[0]:%Y-%m}", row[1] or ABSENT, amount_cell(row[2]), str(row[3]), str(row[4] or 0)]
        for row in rows[:SHOWN]
    ]


def _commitment(asked: Asked, bill: Bill) -> list[list[Any]]:
    columns = "commitment_id,month,committed,used_amount,available_amount,used_percent"
    rows = answers_of("commitment", columns, asked, bill)
    return [
        [row[0], f"{row[1]:%Y-%m}", *(amount_cell(each) for each in row[2:5]), f"{money(row[5])} %"]
        for row in rows[:SHOWN]
    ]
