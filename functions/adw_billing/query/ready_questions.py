"""The SQL of a ready question: a view's columns, some months, some rows, in an order that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from functions.adw_billing.query.conditions import ColumnTest, all_hold, split_filter
from functions.adw_billing.query.question import months_of
from functions.adw_billing.query.statement import Statement
from shared.errors import BadRequest
from shared.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.adw_billing.query.engine_words import Words

TAGS = "tags"
"""The question that knows all tag keys."""
DATES = ("month", "usage_day", "first_day")
"""The columns by which months are chosen: the first that a view has."""
ORDER = {
    "movers": "month DESC, ABS(change) DESC",
    "changes": "month DESC, dimension, ABS(change) DESC",
    "anomalies": "usage_day DESC, ABS(deviation) DESC",
    "compartments": "month DESC, path",
    "untagged": "month DESC, untagged_cost DESC",
    "forecasts": "as_of DESC",
    "list-prices": "month DESC, saving DESC",
    "price-changes": "first_day DESC, sku",
}
"""By question; the newest first in all, and the largest first where there is one amount."""


class ReadyQuestion(Protocol):
    """A view that answers a question."""

    @property
    def name(self) -> str:
        """Its name on the command line."""

    @property
    def question(self) -> str:
        """The question in one sentence."""

    @property
    def view(self) -> str:
        """The view's name."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The view's columns."""


def ready_question(name: str, known: Mapping[str, ReadyQuestion]) -> ReadyQuestion:
    """Return the question of a name. BadRequest with the nearest known one."""
    found = known.get(name)
    if found is None:
        near = did_you_mean(name, known)
        raise BadRequest(f"{name!r} is no question{near}", fix=f"one of {', '.join(known)}", field="question")
    return found


def ready_statement(asked: ReadyQuestion, month: str, filters: Sequence[str], columns: str, words: Words) -> Statement:
    """Return the query of a ready question; no ``columns``: all. BadRequest for a column or months that it lacks."""
    values: dict[str, str] = {}
    chosen = [_column(asked, each.strip(), "columns") for each in columns.split(",") if each.strip()] or asked.columns
    tests = [_months(asked, month, words, values)] if month else []
    if filters:
        tests.append(all_hold([_condition(asked, each) for each in filters], words, values))
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    order = ORDER.get(asked.name) or _order(asked)
    sort = f" ORDER BY {order}" if order else ""
    return Statement(f"SELECT {', '.join(chosen)} FROM {words.table(asked.view)}{where}{sort}", values)


def _order(asked: ReadyQuestion) -> str:
    parts = [f"{each} DESC" for each in DATES if each in asked.columns][:1]
    return ", ".join([*parts, *(["cost DESC"] if "cost" in asked.columns else [])])


def _months(asked: ReadyQuestion, month: str, words: Words, values: dict[str, str]) -> str:
    column = next((each for each in DATES if each in asked.columns), None)
    if column is None:
        raise BadRequest(f"the question {asked.name!r} has no months", fix="leave --month out", field="month")
    chosen = months_of(month, "month")
    values |= {"first_day": chosen.first.isoformat(), "last_day": chosen.last.isoformat()}
    return f"{column} >= {words.date('first_day')} AND {column} <= {words.date('last_day')}"


def _condition(asked: ReadyQuestion, text: str) -> ColumnTest:
    name, value, negated = split_filter(text)
    return ColumnTest(_column(asked, name, "filter"), value, negated)


def _column(asked: ReadyQuestion, name: str, field: str) -> str:
    if name in asked.columns:
        return name
    near = did_you_mean(name, asked.columns)
    fix = f"one of {', '.join(asked.columns)}"
    raise BadRequest(f"{name!r} is no column of the question {asked.name!r}{near}", fix=fix, field=field)
