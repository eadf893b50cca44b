"""Answers to the three ways of asking: by dimensions, by a ready question, by SQL of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.tables import DAILY
from functions.adw_billing.query.compared import comparison, grand_totals, in_order
from functions.adw_billing.query.dimensions import TAG
from functions.adw_billing.query.measures import measure_columns, measured, measured_against, unit_totals
from functions.adw_billing.query.ready_questions import TAGS
from functions.adw_billing.query.statement import Statement, statement
from shared.errors import BadRequest
from shared.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.question import Question
    from functions.adw_billing.query.ready_questions import ReadyQuestion

Row = tuple[Any, ...]
SHOWN_KEYS = 8
"""Of the tag keys that the bill has, in the error for one that it lacks."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows; ``caption`` and ``totals`` are for people, ``source`` what the engine itself can write."""

    columns: tuple[str, ...]
    rows: Iterable[Row]
    caption: str = ""
    totals: tuple[Row, ...] = ()
    source: Statement | None = None
    by_user: bool = False


def by_dimensions(asked: Question, bill: Bill, ready: Mapping[str, ReadyQuestion]) -> Answer:
    """Return the measure by the question's dimensions. BadRequest for a tag key that no line of the bill has."""
    if asked.measure != "cost":
        return _by_quantity(asked, bill, ready)
    keys = tuple(each.name for each in asked.keys)
    rows = question_rows(asked, bill)
    if asked.against is None:
        columns, caption = (*keys, "cost", "lines"), f"{asked.months}" if asked.months else "all months"
    else:
        rows = comparison(rows, question_rows(asked.of_other_months(), bill), len(keys))
        columns, caption = (*keys, "cost", "previous_cost", "change", "change_percent"), f"{asked.months}"
        caption += f" against {asked.against}"
    _check_tag_keys(asked, rows, bill, ready)
    rows = in_order(rows, keys)
    return Answer(columns, rows, caption, grand_totals(rows, keys, compared=asked.against is not None))


def _by_quantity(asked: Question, bill: Bill, ready: Mapping[str, ReadyQuestion]) -> Answer:
    keys, count = tuple(each.name for each in asked.keys), len(asked.keys)
    found = question_rows(asked, bill)
    _check_tag_keys(asked, found, bill, ready)
    columns = (*keys, *measure_columns(asked.measure, compared=asked.against is not None))
    caption = f"{asked.months or 'all months'}"
    if asked.against is None:
        rows, sums = (measured(each, count, asked.measure) for each in (found, unit_totals(found, keys)))
    else:
        before = question_rows(asked.of_other_months(), bill)
        sides = ((found, before), (unit_totals(found, keys), unit_totals(before, keys)))
        rows, sums = (measured_against(now, then, count, asked.measure) for now, then in sides)
        caption += f" against {asked.against}"
    return Answer(columns, in_order(rows, keys), caption, tuple(sums))


def of_statement(found: Statement, bill: Bill, caption: str = "", *, by_user: bool = False) -> Answer:
    """Return the rows of a statement as they are fetched."""
    columns, rows = bill.reader.ask(found.sql, found.values, by_user=by_user)
    return Answer(distinct_names(columns), rows, caption, source=found, by_user=by_user)


def distinct_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of which each is there once, whatever its case: `a`, `a_1`; a JSON object would lose one of two."""
    found: dict[str, str] = {}
    for name in names:
        new, count = name, 0
        while new.lower() in found:
            count += 1
            new = f"{name}_{count}"
        found[new.lower()] = new
    return tuple(found.values())


def loaded_days(bill: Bill) -> str:
    """Return a sentence with the usage days that the warehouse has."""
    name = bill.words.table(DAILY.name)
    first, last = bill.rows(f"SELECT MIN(usage_day), MAX(usage_day) FROM {name}")[0]
    if first is None:
        return "The warehouse has no cost yet."
    return f"The warehouse has usage from {first:%Y-%m-%d} to {last:%Y-%m-%d}."


def question_rows(asked: Question, bill: Bill) -> list[Row]:
    """Return the rows of a question as the warehouse adds them up."""
    made = statement(asked, bill.words)
    return bill.rows(made.sql, made.values)


def _check_tag_keys(asked: Question, rows: list[Row], bill: Bill, ready: Mapping[str, ReadyQuestion]) -> None:
    wanted = [(each, "by") for each in asked.by] + [(each.dimension, "filter") for each in asked.filters]
    missed = [(each, field) for each, field in wanted if each.tag_key and not _has_value(each.name, asked, rows)]
    if not missed:
        return
    view = bill.words.table(ready[TAGS].view)
    known = [row[0] for row in bill.rows(f"SELECT DISTINCT tag_key FROM {view} ORDER BY tag_key")]
    for each, field in missed:
        if each.tag_key not in known:
            some = ", ".join(f"{TAG}{key}" for key in known[:SHOWN_KEYS]) or "no tags at all"
            more = f", and {len(known) - SHOWN_KEYS} more" if len(known) > SHOWN_KEYS else ""
            near = did_you_mean(each.tag_key, known)
            raise BadRequest(
                f"no line of the bill has the tag {each.tag_key!r}{near}", fix=f"it has {some}{more}", field=field
            )


def _has_value(name: str, asked: Question, rows: list[Row]) -> bool:
    """Whether the rows show that the bill has a tag's key."""
    names = [each.name for each in asked.by]
    return any(row[names.index(name)] is not None for row in rows) if name in names else bool(rows)


def limited(rows: Iterable[Row], limit: int) -> tuple[list[Row], bool]:
    """Return the first rows, all for a limit of 0, and whether there are more."""
    shown: list[Row] = []
    found: Iterator[Row] = iter(rows)
    for row in found:
        if limit and len(shown) == limit:
            return shown, True
        shown.append(row)
    return shown, False
