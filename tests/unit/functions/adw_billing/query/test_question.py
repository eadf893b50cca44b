"""Questions as options say them: what cannot be used is named with its field and the nearest known name."""

from __future__ import annotations

from datetime import date

import pytest

from functions.adw_billing.query.conditions import ColumnTest
from functions.adw_billing.query.question import Filter, Months, question
from shared.errors import BadRequest


def test_a_question_has_its_dimensions_months_and_filters() -> None:
    asked = question("service,tag:Ops.Environment", "2026-10", "previous", ("compartment=/prod/*", "tag:Team="))
    assert [each.name for each in asked.keys] == ["service", "tag:Ops.Environment", "currency"]
    assert asked.months == Months(date(2026, 10, 1), date(2026, 10, 31))
    assert asked.against == Months(date(2026, 9, 1), date(2026, 9, 30))
    assert [(each.dimension.name, each.value) for each in asked.filters] == [
        ("compartment", "/prod/*"),
        ("tag:Team", ""),
    ]


def test_as_many_months_before_as_are_asked_for() -> None:
    asked = question("month", "2026-12..2027-01", "previous")
    assert (str(asked.months), str(asked.against)) == ("2026-12..2027-01", "2026-10..2026-11")


def test_a_pattern_takes_nothing_but_the_star_for_a_wildcard() -> None:
    asked = question("service", filters=("service!=100%_a!*",))
    assert asked.filters == (Filter(asked.by[0], "100%_a!*", negated=True),)
    assert ColumnTest("k0", "100%_a!*").pattern == "100!%!_a!!%"


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"by": "servise"}, "by", "did you mean service?"),
        ({"by": "tag:"}, "by", "no dimension"),
        ({"by": "service", "filters": ("compartmant=x",)}, "filter", "did you mean compartment?"),
        ({"by": "service", "filters": ("compartment",)}, "filter", "no filter"),
        ({"by": "service", "month": "2026-13"}, "month", "no month"),
        ({"by": "service", "month": "2026-10..2026-09"}, "month", "ends before"),
        ({"by": "service", "against": "previous"}, "against", "needs --month"),
        ({"by": "service", "month": "2026-10", "against": "last"}, "against", "no month"),
        ({"by": "service", "month": "1970-01..9000-12", "against": "previous"}, "month", "84372 months"),
    ],
)
def test_what_cannot_be_used_is_named(options: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(BadRequest) as caught:
        question(**options)  # type: ignore[arg-type]
    assert caught.value.fields == {"field": field}
    assert words in caught.value.message
