"""What the engines say differently, each word as the engine reads it."""

from __future__ import annotations

import pytest

from functions.adw_billing.model.tables import COST
from functions.adw_billing.warehouse.oracle.names import Names
from functions.adw_billing.warehouse.questions.words import DuckDbWords, OracleWords, numbers

DUCKDB = DuckDbWords(lambda table: table if isinstance(table, str) else table.name)
ORACLE = OracleWords(Names("my_"))


def test_tables_and_views_have_the_engines_names() -> None:
    assert (DUCKDB.name(COST), DUCKDB.name("v")) == ("oci_cost", "v")
    assert (ORACLE.name(COST), ORACLE.name("v")) == ("my_oci_cost", "my_v")


def test_days_and_months_are_dates_on_both() -> None:
    assert DUCKDB.day("x.start") == "CAST(x.start AS DATE)"
    assert ORACLE.day("x.start") == "CAST(TRUNC(x.start, 'DD') AS DATE)"
    assert DUCKDB.month("d") == "CAST(date_trunc('month', d) AS DATE)"
    assert ORACLE.month("d") == "CAST(TRUNC(d, 'MONTH') AS DATE)"
    assert DUCKDB.months_later("m", -1) == "CAST(m + INTERVAL (-1) MONTH AS DATE)"
    assert ORACLE.months_later("m", -1) == "CAST(ADD_MONTHS(m, -1) AS DATE)"


@pytest.mark.parametrize(("decimals", "kind"), [(2, "DECIMAL(28,2)"), (12, "DECIMAL(38,12)"), (15, "DECIMAL(38,15)")])
def test_an_amount_has_a_scale(decimals: int, kind: str) -> None:
    assert DUCKDB.amount("a + b", decimals) == f"CAST(a + b AS {kind})"
    assert ORACLE.amount("a + b", decimals) == f"ROUND(a + b, {decimals})"


def test_a_quotient_by_nothing_is_nothing() -> None:
    assert "CASE WHEN" in DUCKDB.quotient("a", "b", 2)
    assert " / " not in DUCKDB.quotient("a", "b", 2)  # of two decimals it is a DOUBLE
    assert "NULLIF(ROUND(b, 12), 0)" in ORACLE.quotient("a", "b", 2)


def test_numbers_are_rows() -> None:
    assert numbers(DUCKDB, 3, 4) == "SELECT 3 AS n UNION ALL SELECT 4 AS n"
    assert numbers(ORACLE, 3, 3) == "SELECT 3 AS n FROM dual"


def test_tags_are_pairs_of_the_rows_that_are_asked_for() -> None:
    for words in (DUCKDB, ORACLE):
        assert "FROM (SELECT 1 AS tags)" in words.tag_pairs("(SELECT 1 AS tags)").replace(") l JOIN", ") JOIN")
        assert {"tag_key", "tag_value"} <= set(words.tag_pairs("x").replace(",", " ").split())
