"""Ready questions: their SQL names columns that the view has, everything that a user wrote is bound."""

from __future__ import annotations

import pytest

from functions.adw_billing.query.engine_words import DUCKDB
from functions.adw_billing.query.ready_questions import ORDER, ready_question, ready_statement
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from shared.errors import BadRequest
from tools.suite import ROOT

KNOWN = {each.name: each for each in QUESTIONS}


def test_every_order_is_of_a_question() -> None:
    assert set(ORDER) <= set(KNOWN)


def test_the_page_of_questions_has_the_name_of_each() -> None:
    page = (ROOT / "docs" / "adw-billing-questions.md").read_text(encoding="utf-8").partition("\n### ")[0]
    assert [name for name in KNOWN if f"`{name}`" not in page] == []


def test_what_a_user_wrote_is_bound() -> None:
    made = ready_statement(KNOWN["movers"], "2026-10", ("service=a'--*", "sku!=x_%"), "sku, change", DUCKDB)
    assert made.sql.startswith("SELECT sku, change FROM ")
    assert "a'--" not in made.sql
    assert made.values == {"first_day": "2026-10-01", "last_day": "2026-10-31", "f0": "a'--%", "f1": "x!_!%"}


@pytest.mark.parametrize(
    ("name", "month", "filters", "field", "words"),
    [
        ("mover", "", (), "question", "did you mean movers"),
        ("movers", "2026", (), "month", "'2026' is no month"),
        ("commitment", "", ("compartment=x",), "filter", "is no column of the question 'commitment'"),
        ("movers", "", ("servce=x",), "filter", "did you mean service"),
        ("movers", "", ("service",), "filter", "is no filter"),
        ("forecasts", "2026-10..2026-09", (), "month", "ends before it begins"),
    ],
)
def test_bad_words_are_named(name: str, month: str, filters: tuple[str, ...], field: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words) as refused:
        ready_statement(ready_question(name, KNOWN), month, filters, "", DUCKDB)
    assert refused.value.fields["field"] == field


def test_columns_that_a_question_lacks_are_named() -> None:
    with pytest.raises(BadRequest, match="did you mean service") as refused:
        ready_statement(KNOWN["movers"], "", (), "servce", DUCKDB)
    assert refused.value.fields["field"] == "columns"
