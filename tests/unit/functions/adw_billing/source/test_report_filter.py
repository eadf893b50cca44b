"""Which objects are left out by name and by day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.adw_billing.model.report_object import ReportObject
from functions.adw_billing.source.report_filter import kept


def _report(name: str, day: str = "2026-03-05") -> ReportObject:
    modified = datetime.fromisoformat(day).replace(hour=23, tzinfo=UTC) if day else None
    return ReportObject("t", name, "e", 1, modified, "cost")


@pytest.mark.parametrize(
    ("name", "day", "earliest", "is_kept"),
    [
        ("reports/cost-csv/1.csv.gz", "2026-03-05", "2026-03-06", False),
        ("reports/cost-csv/1.csv.gz", "2026-03-06", "2026-03-06", True),
        ("reports/cost-csv/1.csv.gz", "", "2026-03-06", True),
        # late data of an old day, written today: the folder is the usage day
        ("FOCUS Reports/2026/03/05/1.csv.gz", "2026-09-01", "2026-03-06", False),
        ("FOCUS Reports/2026/03/06/1.csv.gz", "2026-03-07", "2026-03-06", True),
        ("reports/cost-csv/1.csv.gz", "2020-01-01", "", True),
    ],
)
def test_objects_wholly_before_the_first_day_are_left_out(name: str, day: str, earliest: str, *, is_kept: bool) -> None:
    assert bool(kept([_report(name, day)], "", earliest)) is is_kept


@pytest.mark.parametrize(
    ("pattern", "is_kept"),
    [
        ("", True),
        ("00*.csv.gz", True),
        ("reports/cost-csv/*", True),
        ("reports/cost-csv/9*", False),
        ("[0]?1.csv", False),
    ],
)
def test_the_filter_is_for_the_whole_name_or_its_last_part(pattern: str, *, is_kept: bool) -> None:
    assert bool(kept([_report("reports/cost-csv/0001.csv.gz")], pattern, "")) is is_kept
