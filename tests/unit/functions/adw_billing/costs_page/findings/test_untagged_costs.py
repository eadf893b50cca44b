"""Untagged costs by key and over the months; each row leads to where they are."""

from __future__ import annotations

from decimal import Decimal

from functions.adw_billing.costs_page.asked import Asked
from functions.adw_billing.costs_page.findings.untagged_costs import Tagged, untagged_values
from functions.adw_billing.query.engine_words import DUCKDB, OracleWords

FOUND = Tagged(
    {"2026-08": Decimal(0), "2026-09": Decimal(10), "2026-10": Decimal(20)},
    {
        ("2026-09", ""): Decimal(10),
        ("2026-10", ""): Decimal(18),
        ("2026-10", "Team"): Decimal(5),
        ("2026-10", "it's"): Decimal("4.5"),
    },
)
ASKED = Asked(month="2026-10", currency="USD", filters=("service=A", "tag:Team=x"))


def test_the_least_used_key_comes_first_after_no_tag_at_all() -> None:
    rows, charts, said = untagged_values(ASKED, FOUND, DUCKDB)
    assert [(row[0].text, row[1].exact, row[2]) for row in rows] == [
        ("no tag at all", "2", "10.0 %"),
        ("without it's", "15.5", "77.5 %"),
        ("without Team", "15", "75.0 %"),
    ]
    assert rows[0][0].href == ""
    assert rows[2][0].href.endswith("&by=compartment&step=day&currency=USD&filter=service%3DA&filter=tag%3ATeam%3D")
    assert [each["values"] for each in charts[0]["series"]] == [
        [None, 0.0, 10.0],
        [None, 100.0, 77.5],
        [None, 100.0, 75.0],
    ]
    assert said.endswith("in 2026-10 10.0 % have no tag at all, 77.5 % lack it's.")


def test_a_key_that_cannot_be_asked_for_leads_nowhere() -> None:
    rows, _, _ = untagged_values(ASKED, FOUND, OracleWords())
    assert [bool(row[0].href) for row in rows] == [False, False, True]


def test_one_month_has_no_course() -> None:
    rows, charts, said = untagged_values(ASKED, Tagged({"2026-10": Decimal(1)}, {}), DUCKDB)
    assert ([row[0].text for row in rows], charts, said) == (["no tag at all"], [], "")
