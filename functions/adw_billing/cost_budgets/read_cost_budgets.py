"""Budgets as the user wrote them: JSON, exact amounts; each that cannot be used is named, the others are kept. Pure.

`[{"name": "production", "amount": "12000", "currency": "USD", "filter": ["compartment=/prod*", "tag:Team=web"]}]`
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from functions.adw_billing.model.budget import Budget
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.query.dimensions import CURRENCY, DAY, DIALECT, MONTH
from functions.adw_billing.query.question import question
from shared.errors import BadRequest, FunctionError
from shared.nearest import did_you_mean

MOST_BUDGETS = 20
"""As many as one post of metrics holds beside the call's own."""
MOST_FILTERS = 20
MOST_DIGITS = 13
"""Of an amount before the decimal point: both engines hold one more (DECIMAL(38,24))."""
MOST_DECIMALS = 20
MOST_LETTERS = 700
KEYS = ("name", "amount", "currency", "filter")
NOT_FILTERED = (CURRENCY, DAY, MONTH, DIALECT)
"""Dimensions that a budget has of its own, or that are none of its choice."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_NAME = re.compile(r"\S(?:.{0,98}\S)?")


@dataclass(frozen=True, slots=True)
class BudgetFault:
    """A budget that cannot be used: its name or place in the list, and why."""

    budget: str
    error: FunctionError

    def detail(self) -> dict[str, object]:
        """Return what the detailed answer says."""
        return {"budget": self.budget, **self.error.body()}


def read_cost_budgets(text: str) -> tuple[list[Budget], list[BudgetFault]]:
    """Return the budgets of a JSON text, and those that cannot be used. Raises BadRequest for no list."""
    try:
        entries = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise _fault(f"is no JSON: {str(fault)[:100]}") from None
    if not isinstance(entries, list) or not entries or len(entries) > MOST_BUDGETS:
        raise _fault(f"must be a JSON list of 1 to {MOST_BUDGETS} budgets")
    budgets: dict[str, Budget] = {}
    faults = []
    for place, entry in enumerate(entries, 1):
        try:
            one = _budget(entry)
            if one.name in budgets:
                raise _fault("has the name of another")
            budgets[one.name] = one
        except BadRequest as error:
            faults.append(BudgetFault(_shown_name(entry) or f"number {place}", error))
    return list(budgets.values()), faults


def _budget(entry: Any) -> Budget:  # noqa: ANN401  (what the user wrote)
    if not isinstance(entry, dict):
        raise _fault("is no JSON object")
    for key in entry:
        if key not in KEYS:
            raise _fault(f"{key!r:.60} is no key of a budget{did_you_mean(key, KEYS)}")
    name = entry.get("name")
    if not isinstance(name, str) or not name.isprintable() or _NAME.fullmatch(name) is None:
        raise _fault("`name` must be a text of 1 to 100 printable letters")
    currency = entry.get("currency")
    if not isinstance(currency, str) or _CURRENCY.fullmatch(currency) is None:
        raise _fault("`currency` must be a code of three capital letters, such as USD")
    return Budget(name, _amount(entry.get("amount")), currency, _filters(entry.get("filter")))


def _amount(value: Any) -> Decimal:  # noqa: ANN401
    try:
        amount = Decimal(value) if isinstance(value, str | Decimal) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < 0 or amount.adjusted() >= MOST_DIGITS:
        raise _fault('`amount` must be a number that is not negative, such as 1200 or "1200.50"')
    exact = Decimal(plain(amount))
    if int(exact.as_tuple().exponent) < -MOST_DECIMALS:
        raise _fault(f"`amount` has more than {MOST_DECIMALS} decimals")
    return exact


def _filters(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    texts = [value] if isinstance(value, str) else value if value is not None else []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or len(texts) > MOST_FILTERS:
        raise _fault(f'`filter` must be a text or a list of at most {MOST_FILTERS} texts, such as "service=COMPUTE"')
    for text in texts:
        if len(text) > MOST_LETTERS or "\0" in text:
            raise _fault(f"filter {text!r:.60} has more than {MOST_LETTERS} letters, or a NUL")
    try:
        asked = question(DAY, filters=tuple(texts))
    except BadRequest as error:
        raise _fault(f"filter: {error.message}; {error.fix}") from None
    for each in asked.filters:
        if each.dimension.name in NOT_FILTERED:
            raise _fault(f"filter: a budget is not of a {each.dimension.name}")
    return tuple(texts)


def _shown_name(entry: Any) -> str:  # noqa: ANN401
    name = entry.get("name") if isinstance(entry, dict) else ""
    return name[:100] if isinstance(name, str) and name.isprintable() else ""


def _no_number(text: str) -> Decimal:
    raise ValueError(f"{text} is no number of JSON")


def _fault(message: str) -> BadRequest:
    return BadRequest(message, fix="correct it in `budgets`; docs/adw-billing.md, section Budgets", field="budgets")
