"""Budgets as users write them: exact, and a bad one stops no other."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from functions.adw_billing.cost_budgets.read_cost_budgets import MOST_BUDGETS, read_cost_budgets
from shared.errors import BadRequest

GOOD = {"name": "all", "amount": "100.10", "currency": "USD"}


def test_amounts_are_exact_and_filters_are_read() -> None:
    text = '[{"name": "prod", "amount": 0.1000000000, "currency": "EUR", '
    text += '"filter": ["compartment=/prod*", "tag:Team!=a=b"]}]'
    (budget,), faults = read_cost_budgets(text)
    assert faults == []
    assert (budget.name, budget.amount, budget.currency) == ("prod", Decimal("0.1"), "EUR")
    assert budget.filters == ("compartment=/prod*", "tag:Team!=a=b")
    (plain,), _ = read_cost_budgets(json.dumps([{**GOOD, "filter": "service=COMPUTE"}]))
    assert plain.filters == ("service=COMPUTE",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 3}, "name"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "a lot"}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e99"}, "amount"),
        ({"amount": "1e-99"}, "decimals"),
        ({"currency": "usd"}, "currency"),
        ({"currency": None}, "currency"),
        ({"filter": {"service": "x"}}, "filter"),
        ({"filter": "service"}, "filter"),
        ({"filter": "servise=x"}, "service"),
        ({"filter": "month=2026-10"}, "month"),
        ({"filter": "service=" + "x" * 701}, "more than"),
        ({"amuont": 3}, "amount"),
    ],
)
def test_a_budget_that_cannot_be_used_is_named_and_the_others_are_kept(change: dict[str, object], says: str) -> None:
    bad = {**GOOD, "name": "bad", **change}
    budgets, faults = read_cost_budgets(json.dumps([bad, GOOD]))
    assert [each.name for each in budgets] == ["all"]
    (fault,) = faults
    assert fault.budget in ("bad", "number 1", "x" * 100)
    told = fault.detail()
    assert (told["reason"], told["field"]) == ("bad-request", "budgets")
    assert says in str(told["message"])


def test_two_of_one_name_are_not_one_budget() -> None:
    budgets, faults = read_cost_budgets(json.dumps([GOOD, {**GOOD, "amount": "5"}]))
    assert [each.amount for each in budgets] == [Decimal("100.10")]
    assert "another" in faults[0].error.message


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", "[NaN]", '"all"', json.dumps([GOOD] * (MOST_BUDGETS + 1))])
def test_what_is_no_list_of_budgets_is_refused(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_cost_budgets(text)
    assert refused.value.fields["field"] == "budgets"


@pytest.mark.parametrize("text", ["[1e400]", "[null]", "[[]]", '["all"]'])
def test_what_is_no_budget_is_named_by_its_place(text: str) -> None:
    budgets, (fault,) = read_cost_budgets(text)
    assert (budgets, fault.budget) == ([], "number 1")
