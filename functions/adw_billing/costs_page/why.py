"""The part of the cost page with what has no tag, what came late, and what is left of a commitment; it reads lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.findings.burn_down import DRAWN, burn_downs
from functions.adw_billing.costs_page.findings.late_lines import arrivals, correction_rows, late_rows
from functions.adw_billing.costs_page.findings.untagged_costs import tagged_costs, untagged_values
from shared.pages.web_page import View

if TYPE_CHECKING:
    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill


def why_view(asked: Asked, bill: Bill) -> View:
    """Return the part of a settled question."""
    came, burns = arrivals(asked, bill), burn_downs(asked, bill)
    untagged, charts, message = untagged_values(asked, tagged_costs(asked, bill), bill.words)
    values: dict[str, Any] = {
        "asked": asked,
        "untagged": untagged,
        "untagged_message": message,
        "late": late_rows(came),
        "corrections": correction_rows(came),
        "burns": [(f"burn-{at}", each.commitment, each.message(asked.currency)) for at, each in enumerate(burns)],
        "drawn": DRAWN,
        "burn_rows": [row for each in burns for row in each.rows()],
    }
    drawn = [each.chart(at, asked.currency) for at, each in enumerate(burns[:DRAWN])]
    return View("Why", values, [*charts, *drawn], asked.pairs, part="why")
