"""Several tenancies into one warehouse: each is a run of its own, and one that fails stops no other."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from functions.adw_billing.loader.load_run import LoadSummary
from shared import logs
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    Run: TypeAlias = Callable[[Callable[[], float]], LoadSummary]
    """Loads one tenancy; it is given what says how much time it has left."""

_log = logs.get("adw-billing")


def load_each(runs: Mapping[str, Run], left_seconds: Callable[[], float]) -> LoadSummary:
    """Run all, by tenancy, and return what they did together.

    Raises the first tenancy's failure when all others are done. Each has an equal share of what is left when it begins,
    so that the history of one does not keep the new reports of another waiting; what is left then goes to those that
    are not done, in a second round.
    """
    summaries: dict[str, LoadSummary] = {}
    failures: dict[str, FunctionError] = {}
    _round(runs, left_seconds, summaries, failures)
    unfinished = {tenancy: runs[tenancy] for tenancy, summary in summaries.items() if summary.remaining}
    if len(runs) > 1 and unfinished and left_seconds() > 0:
        _round(unfinished, left_seconds, summaries, failures)
    for tenancy, failure in failures.items():
        failure.fields.setdefault("tenancy_id", tenancy)
        raise failure
    return together(summaries.values())


def together(summaries: Iterable[LoadSummary]) -> LoadSummary:
    """Return one summary of several runs."""
    parts = list(summaries)
    if len(parts) == 1:
        return parts[0]
    every = LoadSummary()
    for named in dataclasses.fields(LoadSummary):
        values = [getattr(part, named.name) for part in parts]
        if isinstance(getattr(every, named.name), list):
            setattr(every, named.name, [entry for value in values for entry in value])
        elif isinstance(getattr(every, named.name), int):
            setattr(every, named.name, sum(values))
    seconds = sum(every.seconds)
    every.newest = max((part.newest for part in parts if part.newest), default=None)
    every.rows_per_second = sum(row.rows_loaded for row in every.rows) / seconds if seconds else 0.0
    return every


def _round(
    runs: Mapping[str, Run],
    left_seconds: Callable[[], float],
    summaries: dict[str, LoadSummary],
    failures: dict[str, FunctionError],
) -> None:
    for place, (tenancy, run) in enumerate(runs.items()):
        kept = left_seconds() * (1 - 1 / (len(runs) - place))
        try:
            found = run(lambda kept=kept: left_seconds() - kept)  # type: ignore[misc]
        except FunctionError as error:
            _log.warning("tenancy not loaded", extra={"fields": {"tenancy": tenancy, "reason": error.reason}})
            failures[tenancy] = error
        else:
            before = [summaries[tenancy]] if tenancy in summaries else []
            summaries[tenancy] = together([*before, found])
            summaries[tenancy].remaining = found.remaining
            summaries[tenancy].listed = found.listed
