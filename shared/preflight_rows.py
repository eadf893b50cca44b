"""The answer to a call's ``{"preflight": true}``, one row a check.

``{"preflight": {"ok", "checks": […]}}``; a check is ``{"name", "ok": true, "found"}`` or
``{"name", "ok": false, "reason", "message", "fix", …}``. `oci-functions preflight` prints them beside its own rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CheckRow = dict[str, Any]


def preflight_answer(rows: Iterable[CheckRow]) -> dict[str, Any]:
    """Return the function's answer."""
    checks = list(rows)
    return {"preflight": {"ok": all(row["ok"] for row in checks), "checks": checks}}


def check_row(name: str, act: Callable[[], str]) -> CheckRow:
    """Return the row of a check: what ``act`` found, or how it failed; a bug passes through."""
    try:
        return passed(name, act())
    except FunctionError as error:
        return failed(name, error)


def passed(name: str, found: str) -> CheckRow:
    """Return the row of a check that found what it needs."""
    return {"name": name, "ok": True, "found": found}


def failed(name: str, error: FunctionError) -> CheckRow:
    """Return the row of a check that failed: the error as a call would answer it, with what to do about it."""
    return {"name": name, "ok": False, **error.body()}
