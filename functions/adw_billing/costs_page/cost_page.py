"""The cost page, served at a route of the gateway or written as one file."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from functions.adw_billing.costs_page.asked import GROUPS, Asked, asked_of
from functions.adw_billing.costs_page.choices import choices_view, tags_view
from functions.adw_billing.costs_page.costs import costs_view, empty_view
from functions.adw_billing.costs_page.figures import figures, held, settled, shown_costs
from functions.adw_billing.costs_page.findings.data_proof import proof_view
from functions.adw_billing.costs_page.findings.known import Known
from functions.adw_billing.costs_page.findings.moved import moved_view
from functions.adw_billing.costs_page.page_amounts import exactly
from functions.adw_billing.costs_page.units import of_one_unit, units_of
from functions.adw_billing.costs_page.why import why_view
from functions.adw_billing.model.exact_sums import ZERO
from functions.adw_billing.query.machine_formats import write_csv
from shared.errors import BadRequest
from shared.pages import web_page
from shared.pages.web_page import Page
from shared.results import HttpAnswer

if TYPE_CHECKING:
    from functions.adw_billing.costs_page.figures import Held
    from functions.adw_billing.query.bill import Bill
    from shared.pages.web_page import View

PAGE = Page("costs", Path(__file__).resolve().parent / "templates")
PARTS = {"moved": moved_view, "why": why_view, "state": proof_view, "choices": choices_view, "tags": tags_view}
"""What is asked for after the first view."""
UNKNOWN = Known()
FILE_MONTHS = 3
"""Months of which a single file has the views, the newest ones, beside all months together."""
FILE_GROUPS = 8
"""Services of each period that a file can look into."""


def cost_page(pairs: tuple[tuple[str, str], ...], bill: Bill, base: str, known: Known = UNKNOWN) -> HttpAnswer:
    """Return the page of an address. BadRequest for what its parameters have wrong."""
    found = _view(asked_of(pairs), bill, base, known)
    if "alone" in found.values:  # without script, a part is a page of its own
        found = replace(found, values={**found.values, "alone": True})
    return web_page.served_page(PAGE, found, base)


def cost_data(pairs: tuple[tuple[str, str], ...], bill: Bill, base: str, known: Known = UNKNOWN) -> HttpAnswer:
    """Return the view of an address for the page's script."""
    return web_page.view_answer(PAGE, _view(asked_of(pairs), bill, base, known))


def cost_csv(pairs: tuple[tuple[str, str], ...], bill: Bill) -> HttpAnswer:
    """Return the view's costs as CSV, exact: by day or month and group."""
    whole = settled(asked_of(pairs), held(bill))
    asked = of_one_unit(whole, units_of(whole, bill))
    out = io.StringIO()
    write_csv(shown_costs(asked, bill), out, for_people=True)
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="costs-{asked.month}.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpAnswer(200, headers, out.getvalue().encode())


def cost_file(
    bill: Bill, known: Known = UNKNOWN, *, months: int = FILE_MONTHS, looked_into: int = FILE_GROUPS
) -> bytes:
    """Return the page as one file: so many newest months and all together by each group, the largest looked into.

    Raises BadRequest with the field ``months`` or ``looked_into`` for less than one and none of them.
    """
    if months < 1:
        raise BadRequest(f"{months} months are no page", fix="one at least", field="months")
    if looked_into < 0:
        raise BadRequest(f"{looked_into} is no number of services", fix="0 at least", field="looked_into")
    there = held(bill)
    first = settled(Asked(), there)
    if not there.months:
        return web_page.single_file(PAGE, empty_view(first, there, bill, known))
    shown = _of(first, there, bill, "", known)
    others: list[View] = []
    others.append(_part_of_file(proof_view(first, bill), "currency"))
    for questions in _file_questions(first, there, bill, (months, looked_into)).values():
        others.extend(_of(asked, there, bill, "", known) for asked in questions)
        # The parts are the same whatever a view is grouped by.
        for asked in {each.filters: each for each in questions}.values():
            others += [
                _part_of_file(part(asked, bill), "month", "currency", "filter") for part in (moved_view, why_view)
            ]
    # Each period is there in one step, and the exact amounts are behind the others.
    return web_page.single_file(PAGE, shown, tuple(others), ignored=("exact", "step"))


def _part_of_file(part: View, *names: str) -> View:
    """Return a part as the script asks for it: by the parameters that it depends on (`data-of` in the templates)."""
    query = tuple(pair for pair in part.query if pair[0] in names)
    return replace(part, query=(*query, ("part", part.part)))


def _file_questions(first: Asked, there: Held, bill: Bill, size: tuple[int, int]) -> dict[str, list[Asked]]:
    """Return what a file of so many months and groups can be asked, by period, as the page's links and form ask it."""
    months = list(there.months[: size[0]])
    if len(there.months) > 1:
        months.append(f"{there.months[-1]}..{there.months[0]}")
    found: dict[str, list[Asked]] = {}
    for each in months:
        month = replace(first, month=each)
        names = sorted(figures(month, bill).groups, key=lambda row: -abs(row[1] or ZERO))[: size[1]]
        found[each] = [replace(month, by=by) for by in GROUPS] + [month.of(name) for name, _, _ in names]
    return found


def _view(asked: Asked, bill: Bill, base: str, known: Known) -> View:
    return _of(asked, held(bill), bill, base, known)


def _of(asked: Asked, there: Held, bill: Bill, base: str, known: Known) -> View:
    if not there.months:
        return empty_view(asked, there, bill, known)
    whole = settled(asked, there)
    if whole.part in PARTS:
        found = PARTS[whole.part](whole, bill)
    else:
        units = units_of(whole, bill)
        found = costs_view(figures(of_one_unit(whole, units), bill), there, bill, base, known, units)
    return replace(found, values=exactly(dict(found.values))) if whole.exact else found
