"""Which dimensions are to be read: each once a day (UTC), and one that failed for a passing reason after an hour.

A call that has nothing to read asks the warehouse what it remembers, and no API.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "dimension "
"""Of the rows of `oci_loader` that say when a dimension was read."""
RETRY = timedelta(hours=1)

State = Literal["loaded", "refused", "failed"]
"""``refused``: no policy allows it, which another call of the same day does not change; ``failed``: anything else."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A dimension of a tenancy, or of a currency where it is that of list prices."""

    dimension: str
    scope: str

    @property
    def row(self) -> str:
        """The row of `oci_loader` that remembers it."""
        return f"{PREFIX}{self.dimension} {self.scope[-60:]}"


def wanted(dimensions: Iterable[str], tenancies: Iterable[str], currencies: Iterable[str]) -> list[Wanted]:
    """Return all dimensions that the settings ask for."""
    places = list(tenancies)
    money = list(currencies)
    return [Wanted(one, scope) for one in dimensions for scope in (money if one == "list_prices" else places)]


def due(asked: Iterable[Wanted], remembered: Mapping[str, str], now: datetime) -> list[Wanted]:
    """Return those to be read now."""
    return [one for one in asked if _is_due(remembered.get(one.row, ""), now)]


def reading_note(state: State, now: datetime) -> str:
    """Return what is remembered of a reading."""
    return f"{now.replace(microsecond=0).isoformat()} {state}"


def _is_due(value: str, now: datetime) -> bool:
    text, _, state = value.partition(" ")
    try:
        last = datetime.fromisoformat(text)
    except ValueError:
        return True
    if last > now + RETRY:  # a clock that was wrong
        return True
    return last + RETRY <= now if state == "failed" else last.date() < now.date()
