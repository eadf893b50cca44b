"""The state of the data in one line, and each thing that is wrong with it in a sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from functions.adw_billing.costs_page.findings.data_state import DataState, LedgerSum

NOW = datetime(2026, 10, 12, 9, 30, tzinfo=UTC)
LOADED = LedgerSum("cost", "loaded", 412, 90_000, 0, NOW - timedelta(hours=3))
REFUSED = LedgerSum("cost", "rejected", 1, 0, 0, NOW - timedelta(days=9))


def state(
    *ledger: LedgerSum, newest: date | None = date(2026, 10, 11), quarantine: tuple[tuple[str, int, int], ...] = ()
) -> DataState:
    return DataState(ledger or (LOADED,), quarantine, newest, NOW)


def test_a_good_state_is_one_line_without_warnings() -> None:
    found = state()
    assert found.line == (
        "Usage up to 2026-10-11, 0 days behind · newest report loaded 2026-10-12 06:30 UTC, 3 hours ago · "
        "412 reports, each proved · nothing in quarantine"
    )
    assert found.warnings == []


def test_without_a_clock_no_age_is_shown() -> None:
    found = DataState((LOADED,), (), date(2026, 1, 1))
    assert "behind" not in found.line
    assert "ago" not in found.line
    assert found.warnings == []


@pytest.mark.parametrize(
    ("found", "warning"),
    [
        (state(newest=date(2026, 10, 7)), "The newest usage day is 4 days old: what came after it is in no figure."),
        (
            state(newest=date(2099, 1, 1)),
            "A report has usage of 2099-01-01, a day that is not there yet: a fault of the report.",
        ),
        (state(REFUSED), "No report was loaded for 9 days: loads or Oracle's reports have stopped."),
        (state(quarantine=(("bad-number", 2, 0), ("bad-time", 1, 0))), "3 rows in quarantine are in no figure."),
        (state(quarantine=(("damaged", 0, 1),)), "1 report is refused whole, and in no figure."),
    ],
)
def test_what_is_wrong_is_a_sentence(found: DataState, warning: str) -> None:
    assert found.warnings == [warning]


def test_the_line_names_what_is_aside() -> None:
    found = state(LOADED, REFUSED, quarantine=(("bad-number", 1, 0), ("damaged", 0, 2)))
    assert found.line.endswith("412 reports, each proved · 1 row in quarantine, 2 reports refused")
    assert found.quarantine_rows() == [["bad-number", "1", "0"], ["damaged", "0", "2"]]
    assert found.ledger_rows()[1] == ["cost", "refused whole", "1", "0", "2026-10-03 09:30"]


def test_an_empty_warehouse_says_so() -> None:
    found = DataState((), (), None, NOW)
    assert found.line == "No usage day yet · no report loaded · nothing in quarantine"
    assert found.warnings == []
