"""The answer to a call's ``{"preflight": true}``, one row a check.

``{"preflight": {"ok", "checks": […]}}``; a check is ``{"name", "ok": true, "found"}`` or
``{"name", "ok": false, "reason", "message", "fix", …}``. One
that is well and has a "fix" is a warning. `oci-functions preflight` prints them beside its own rows.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from shared.config_keys import unknown_keys
from shared.errors import FunctionError, MissingInputData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

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


def config_row(settings: object, config: Mapping[str, str]) -> CheckRow:
    """Return the row of the config keys: failed where one is nearly a key of the function.

    Others that the function does not know are named and do no harm: an app's config reaches each of its functions.
    """
    found = unknown_keys([field.name for field in dataclasses.fields(settings)], config)  # type: ignore[arg-type]
    near = {name: f"is no config key, did you mean {key}?" for name, key in found.items() if key}
    if near:
        fix = "rename it, or delete it with `fn delete config function`"
        return failed("config keys", MissingInputData(near, f"unknown config keys: {', '.join(near)}", fix=fix))
    return passed("config keys", f"unknown, without effect: {', '.join(found)}" if found else "all are known")


def passed(name: str, found: str) -> CheckRow:
    """Return the row of a check that found what it needs."""
    return {"name": name, "ok": True, "found": found}


def found_row(name: str, found: str, fix: str) -> CheckRow:
    """Return the row of a check that found something: a warning where there is something to do."""
    return {**passed(name, found), "fix": fix} if fix else passed(name, found)


def failed(name: str, error: FunctionError) -> CheckRow:
    """Return the row of a check that failed: the error as a call would answer it, with what to do about it."""
    return {"name": name, "ok": False, **error.body()}
