"""When a dimension is read again."""

from __future__ import annotations

from datetime import datetime

import pytest

from functions.adw_billing.model.dimensions_due import Wanted, due, reading_note, wanted

NOW = datetime(2026, 11, 29, 12)  # noqa: DTZ001  (UTC, as the warehouse stores it)
ONE = Wanted("compartments", "ocid1.tenancy.oc1..a")


@pytest.mark.parametrize(
    ("value", "is_due"),
    [
        ("", True),
        ("2026-11-28T23:59:59 loaded", True),
        ("2026-11-29T00:00:00 loaded", False),
        ("2026-11-29T00:00:00 refused", False),
        ("2026-11-29T11:00:00 failed", True),
        ("2026-11-29T11:00:01 failed", False),
        ("2099-01-01T00:00:00 loaded", True),
        ("somebody wrote this", True),
    ],
)
def test_once_a_day_and_an_hour_after_a_passing_failure(value: str, *, is_due: bool) -> None:
    assert bool(due([ONE], {ONE.row: value}, NOW)) is is_due


def test_list_prices_are_of_a_currency_and_all_else_of_a_tenancy() -> None:
    asked = wanted(("compartments", "list_prices"), ("t1", "t2"), ("USD",))
    assert [(one.dimension, one.scope) for one in asked] == [
        ("compartments", "t1"),
        ("compartments", "t2"),
        ("list_prices", "USD"),
    ]
    assert due(asked, {asked[0].row: reading_note("loaded", NOW)}, NOW) == asked[1:]
