"""What a question reads: the summary where it can, the lines where it must."""

from __future__ import annotations

import pytest

from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from functions.adw_billing.warehouse.questions.day_costs import DAY_VIEW
from functions.adw_billing.warehouse.questions.days import _median
from functions.adw_billing.warehouse.questions.lines import LINE_VIEW, daily, undated
from functions.adw_billing.warehouse.questions.words import DuckDbWords

WORDS = DuckDbWords(lambda table: table if isinstance(table, str) else table.name)
SQL = {question.name: question.sql(WORDS) for question in QUESTIONS}


@pytest.mark.parametrize("name", ["months", "changes", "compartments"])
def test_what_is_asked_by_the_summarys_columns_reads_no_line(name: str) -> None:
    assert DAY_VIEW in SQL[name]
    assert LINE_VIEW not in SQL[name]


@pytest.mark.parametrize("name", ["unit-cost", "anomalies", "forecasts", "commitment"])
def test_what_is_asked_by_day_alone_reads_the_summary(name: str) -> None:
    assert "oci_cost_daily" in SQL[name]
    assert LINE_VIEW not in SQL[name]


def test_what_the_summary_does_not_have_reads_the_lines() -> None:
    asked = {"tags", "untagged", "price-changes", "list-prices", "movers", "overage", "corrections", "attribution"}
    assert {name for name, query in SQL.items() if LINE_VIEW in query} == asked


def test_the_days_read_of_the_reports_only_what_is_on_no_day() -> None:
    query = undated(WORDS, "tenancy_id", "cost")
    assert "WHERE x.lineItem_intervalUsageStart IS NULL" in query
    assert "WHERE x.ChargePeriodStart IS NULL AND NOT EXISTS" in query
    parts = (
        "FROM oci_cost x",
        "x.lineItem_intervalUsageStart IS NULL",
        "FROM oci_focus x",
        "x.ChargePeriodStart IS NULL",
    )
    assert [SQL["day-costs"].count(part) for part in parts] == [1, 1, 1, 1]


def test_a_day_counts_in_one_dialect() -> None:
    rule = "x.dialect = 'cost' OR NOT EXISTS"
    assert rule in daily(WORDS)
    assert rule in SQL["day-costs"]


def test_a_median_is_the_middle_or_the_mean_of_two() -> None:
    query = _median("m", "source", "k", "v")
    assert "PARTITION BY k ORDER BY v" in query
    assert "CASE WHEN COUNT(*) = 2 THEN 0.5 ELSE 1 END" in query
