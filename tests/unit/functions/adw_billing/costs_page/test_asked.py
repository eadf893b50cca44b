"""What a cost page's address asks for: read strictly, and written back as the same address."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from functions.adw_billing.costs_page.asked import Asked, asked_of
from shared.errors import BadRequest


@pytest.mark.parametrize(
    "address",
    [
        "month=2026-10&by=service&step=day",
        "month=2026-08..2026-10&by=tag%3ATeam&step=day&currency=EUR&filter=service%3DCOMPUTE&filter=region%21%3Dfra",
        "month=2026-10&by=sku&step=month&exact=1&part=why",
        "by=service",
    ],
)
def test_an_address_is_read_and_written_back(address: str) -> None:
    assert asked_of(parse_qsl(address)).address == f"?{address}"


def test_more_than_three_months_are_shown_by_month() -> None:
    steps = [Asked(month=each).steps for each in ("2026-08..2026-10", "2026-07..2026-10")]
    assert [*steps, Asked(month="2026-01..2026-10", step="day").steps] == ["day", "month", "day"]


def test_a_group_is_looked_into_by_what_it_is_made_of() -> None:
    asked = Asked(month="2026-10", filters=("region=fra", "service=A*"))
    found = asked.of("COMPUTE")
    assert (found.by, found.filters) == ("sku", ("region=fra", "service=COMPUTE"))
    assert Asked(by="tag:Team").of("a=b").filters == ("tag:Team=a=b",)
    assert Asked(by="resource").of(None).filters == ("resource=",)
    assert found.without("region=fra").filters == ("service=COMPUTE",)


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("montj=2026-10", "montj"),
        ("month=2026-13", "month"),
        ("by=colour", "by"),
        ("by=day", "by"),
        ("step=week", "step"),
        ("part=all", "part"),
        ("exact=2", "exact"),
        ("filter=COMPUTE", "filter"),
        ("filter=colour%3Dred", "filter"),
        ("&".join(f"filter=sku%3D{number}" for number in range(9)), "filter"),
    ],
)
def test_what_is_wrong_is_named(address: str, field: str) -> None:
    with pytest.raises(BadRequest) as caught:
        asked_of(parse_qsl(address))
    assert caught.value.body()["field"] == field
