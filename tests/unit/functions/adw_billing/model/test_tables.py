"""One file names every table: a column has one type, a row one amount, and no other module spells a table's name."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest

from functions.adw_billing.model import tables
from functions.adw_billing.model.columns import NUMBER_SCALE, ColumnType, FirstValue
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS

ROOT = Path(tables.__file__).parents[1]
NAMES = (*(table.name for table in tables.ALL), tables.FOCUS_VIEW, tables.CORRECTION_VIEW, tables.RECONCILIATION_VIEW)
SPELLED = re.compile(rf"(?<!`)\b(?:{'|'.join(NAMES)}|{tables.STAGE_PREFIX})(?:\b|_)(?!`)")
DEFINED_HERE = ("tables.py", "dimension_tables.py", "budget.py")
QUESTION_VIEW = re.compile(rf"\b(?:{'|'.join(question.view for question in QUESTIONS)})\b")
SETTING_OR_ROW = re.compile(r"oci_billing_cost_from")


def spelled_names(path: Path) -> list[str]:
    """The names of tables in a module's texts, docstrings left out."""
    tree = ast.parse(path.read_text())
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    ]
    return [found for text in texts for found in SPELLED.findall(QUESTION_VIEW.sub("", SETTING_OR_ROW.sub("", text)))]


def test_no_other_module_spells_a_tables_name() -> None:
    modules = [path for path in ROOT.rglob("*.py") if path.parent.name != "model" or path.name not in DEFINED_HERE]
    assert {path.name: spelled_names(path) for path in modules if spelled_names(path)} == {}


def test_a_spelled_name_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""About oci_cost."""\nSQL = f"SELECT * FROM oci_cost WHERE {1}"\nNAME = "oci_billing_cost_from"\n'
    )
    assert spelled_names(module) == ["oci_cost"]


def test_every_name_has_the_prefix_and_no_two_are_the_same() -> None:
    assert all(name.startswith("oci_") for name in (*NAMES, tables.STAGE_PREFIX))
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("table", tables.ALL, ids=lambda table: table.name)
def test_columns_are_found_without_case_and_their_names_differ_without_it(table: tables.Table) -> None:
    names = [name.lower() for name in table.names]
    assert len(set(names)) == len(names)
    assert [table.column(name.upper()) for name in names] == list(table.columns)
    with pytest.raises(KeyError):
        table.column("none")


@pytest.mark.parametrize("dialect", ["cost", "focus", "usage"])
def test_what_is_summed_and_the_day_are_columns_of_the_dialects_table(dialect: str) -> None:
    table = tables.DATA[dialect]
    for name in (*tables.COST_SUM[dialect].columns, *tables.QUANTITY_SUM[dialect].columns):
        assert table.column(name).type in NUMBER_SCALE
    assert table.column(tables.DAY_COLUMN[dialect]).type is ColumnType.TIME


def test_the_first_value_is_the_same_rule_in_python_and_in_sql() -> None:
    both = FirstValue(("a", "b"))
    assert both.of({"a": None, "b": Decimal(2)}.get) == 2
    assert both.of({"a": Decimal(1), "b": Decimal(2)}.get) == 1
    assert both.of({"a": Decimal(0), "b": Decimal(2)}.get) == 0
    assert both.of({}.get) == 0
    assert both.sql("0") == "coalesce(a, b)"
    assert both.sql("0", "CAST({} AS NUMBER)") == "coalesce(CAST(a AS NUMBER), CAST(b AS NUMBER))"
    assert (FirstValue(("a",)).sql("0"), FirstValue().sql("0")) == ("a", "0")
