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
        "month=2026-10&by=sku&step=day&currency=EUR&measure=quantity&unit=GB+Hours&chart=share&filter=compartment%3D%2Fa%2F%2A%2A",
        "month=2026-10&by=sku&step=day&measure=unit_price",
    ],
)
def test_an_address_is_read_and_written_back(address: str) -> None:
    assert asked_of(parse_qsl(address)).address == f"?{address}"


def test_what_the_form_sends_is_one_address() -> None:
    form = "from=2026-08&to=2026-10&by=sku&filter=&filter=region%3Dfra&service=COMPUTE&measure=cost&unit=GB&chart=bars"
    asked = asked_of(parse_qsl(form))
    assert asked.address == "?month=2026-08..2026-10&by=sku&step=day&filter=region%3Dfra&filter=service%3DCOMPUTE"
    assert asked_of([("from", "2026-08")]).month == asked_of([("to", "2026-08")]).month == "2026-08"
    assert asked_of([("from", "2026-08"), ("to", "2026-08")]).month == "2026-08"


def test_quantities_are_of_one_unit_and_prices_are_lines() -> None:
    asked = Asked(month="2026-10", currency="EUR", measure="quantity", unit="GB Hours", chart="share")
    assert (asked.conditions, asked.kind) == (("currency=EUR", "unit=GB Hours"), "share")
    assert Asked(measure="unit_price", unit="(none)", chart="share").conditions[-1] == "unit="
    assert Asked(measure="unit_price", chart="share").kind == "lines"
    assert Asked(currency="EUR").conditions == ("currency=EUR",)


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
        ("measure=price", "measure"),
        ("chart=pie", "chart"),
        ("from=2026-13&to=2026-10", "from"),
        ("from=2026-09&to=2026-10..2026-11", "to"),
        ("from=2026-10&to=2026-09", "from"),
        ("month=2026-10&to=2026-10", "to"),
        ("month=1970-01..9000-12", "month"),
        ("month=2016-11..2026-11", "month"),
        ("from=1970-01", "from"),
        ("month=\u0662\u0660\u0662\u0666-10", "month"),
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
