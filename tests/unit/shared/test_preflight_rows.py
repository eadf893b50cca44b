"""The rows of a preflight: found or failed, and what failed says what to do."""

from __future__ import annotations

import pytest

from ops.preflight.checks import own_rows
from shared import preflight_rows
from shared.errors import NotAuthorised


def refuse() -> str:
    raise NotAuthorised("no")


def test_a_failed_check_is_a_row_with_the_remedy_and_makes_the_answer_not_ok() -> None:
    rows = [preflight_rows.check_row("a", lambda: "3 things"), preflight_rows.check_row("b", refuse)]
    assert preflight_rows.preflight_answer(rows) == {
        "preflight": {
            "ok": False,
            "checks": [
                {"name": "a", "ok": True, "found": "3 things"},
                {"name": "b", "ok": False, "reason": "not-authorised", "message": "no", "fix": NotAuthorised.remedy},
            ],
        }
    }


def test_an_errors_own_fix_comes_first() -> None:
    assert preflight_rows.failed("a", NotAuthorised("no", fix="do this"))["fix"] == "do this"


def test_a_bug_is_no_row() -> None:
    with pytest.raises(ZeroDivisionError):
        preflight_rows.check_row("a", lambda: str(1 / 0))


def test_what_is_well_and_has_something_to_do_is_a_warning_and_leaves_the_answer_ok() -> None:
    rows = [preflight_rows.found_row("a", "it works", ""), preflight_rows.found_row("b", "it works today", "mend it")]
    assert rows == [
        {"name": "a", "ok": True, "found": "it works"},
        {"name": "b", "ok": True, "found": "it works today", "fix": "mend it"},
    ]
    assert preflight_rows.preflight_answer(rows)["preflight"]["ok"]
    assert [row.outcome for row in own_rows("f", preflight_rows.preflight_answer(rows))] == ["ok", "warning"]
