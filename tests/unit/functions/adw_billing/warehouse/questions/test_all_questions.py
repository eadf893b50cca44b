"""Every question's SQL, read by a parser in both engines' words: its columns, its tables, its order, no float."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import exp

from functions.adw_billing.model.tables import ALL
from functions.adw_billing.warehouse.oracle.names import Names
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from functions.adw_billing.warehouse.questions.words import DuckDbWords, OracleWords, Words

if TYPE_CHECKING:
    from functions.adw_billing.warehouse.questions.question import Question

WORDS: dict[str, Words] = {
    "duckdb": DuckDbWords(lambda table: table if isinstance(table, str) else table.name),
    "oracle": OracleWords(Names("my_")),
}
FLOATS = (exp.DataType.Type.FLOAT, exp.DataType.Type.DOUBLE)
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
each_engine = pytest.mark.parametrize("engine", WORDS)


def parsed(question: Question, engine: str) -> exp.Expression:
    found = sqlglot.parse_one(question.create(WORDS[engine]), dialect=engine)
    assert isinstance(found, exp.Create)
    return found


def read(tree: exp.Expression) -> set[str]:
    """The tables and views that are read, without those that the statement names itself."""
    own = {each.alias_or_name.lower() for each in tree.find_all(exp.CTE)}
    return {each.name.lower() for each in tree.expression.find_all(exp.Table)} - own - {"dual"}


def test_names_and_views_are_unique_and_each_says_what_it_answers() -> None:
    for kind in ("name", "view", "question"):
        found = [getattr(question, kind) for question in QUESTIONS]
        assert len(set(found)) == len(found), kind
    assert all(question.question.endswith("?") for question in QUESTIONS)


@each_engine
@each_question
def test_a_view_has_the_columns_of_its_question_in_order(question: Question, engine: str) -> None:
    select = parsed(question, engine).expression
    while isinstance(select, exp.SetOperation):
        select = select.left
    assert tuple(column.alias_or_name.lower() for column in select.expressions) == question.columns


@each_engine
def test_a_view_reads_tables_and_views_that_are_made_before_it(engine: str) -> None:
    prefix = "my_" if engine == "oracle" else ""
    known = {f"{prefix}{table.name}" for table in ALL}
    for question in QUESTIONS:
        assert read(parsed(question, engine)) <= known, question.name
        known.add(f"{prefix}{question.view}")


@each_engine
@each_question
def test_no_amount_becomes_a_float(question: Question, engine: str) -> None:
    tree = parsed(question, engine)
    assert not [kind for kind in tree.find_all(exp.DataType) if kind.this in FLOATS]
    if engine == "duckdb":
        assert not list(tree.find_all(exp.Div)), "DuckDB's / makes a DOUBLE of two decimals"
