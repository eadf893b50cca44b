"""How a cluster went: the pods that waited and the size of each pool, at each tick that found either changed.

Nothing is decided by it. It stands in our status ConfigMap, which each tick reads and writes anyway; a tick that finds
what the one before it found adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

VERSION = 1
"""Of the form in which it is written. One with another version is not read, and replaced."""

MAX_MOMENTS = 1500
"""That are kept, the newest ones: about three for each of the changes that a tick remembers."""

MAX_BYTES = 96 * 1024
"""Of the whole as it is written: the ConfigMap may hold 1 MiB with all else that is in it."""

Size = tuple[int, float | None]
"""Nodes that a pool is asked for, and what one of them costs a month; None where that is not known."""


class Moment(msgspec.Struct, array_like=True, frozen=True):
    """What a tick left behind; a list of three as JSON, since there are many."""

    at: int
    """Unix seconds."""
    pending: int
    """Pods that waited for a node."""
    pools: dict[str, Size | None] = {}
    """By name, those that are other than the moment before: None is a pool that no tick manages any more."""


class _Written(msgspec.Struct):
    version: int
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A moment with all pools, also those that did not change."""

    at: int
    pending: int
    pools: Mapping[str, Size]


def standings(moments: Sequence[Moment]) -> list[Standing]:
    """Return each moment with all that was there."""
    pools: dict[str, Size] = {}
    found = []
    for moment in moments:
        pools = _after(pools, moment.pools)
        found.append(Standing(moment.at, moment.pending, pools))
    return found


def next_course(
    moments: Sequence[Moment], now: float, pending: int, pools: Mapping[str, Size], others: Collection[str] = ()
) -> tuple[Moment, ...]:
    """Return the course with what a tick of ``pools`` found at ``now``; ``others`` are pools of other functions.

    A pool that is in neither is gone.
    """
    last = _last(moments) if moments else None
    known = dict(last.pools) if last else {}
    changed: dict[str, Size | None] = {name: size for name, size in pools.items() if known.get(name) != size}
    changed |= {name: None for name in known if name not in pools and name not in others}
    if last is not None and last.pending == pending and not changed:
        return tuple(moments)
    # Ticks of two functions may overlap, and their clock is the API server's: time never goes back on an axis.
    at = max(int(now), last.at if last else 0)
    return _bounded((*moments, Moment(at, pending, changed)))


def written_course(moments: Sequence[Moment]) -> str:
    """Return the course as text."""
    return msgspec.json.encode(_Written(VERSION, tuple(moments))).decode()


def read_course(text: str) -> tuple[Moment, ...]:
    """Return the course of a text; none where it is another version's or cannot be read."""
    try:
        found = msgspec.json.decode(text, type=_Written)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ()
    return found.moments if found.version == VERSION else ()


def _bounded(moments: tuple[Moment, ...]) -> tuple[Moment, ...]:
    moments = _newest(moments, MAX_MOMENTS)
    while len(moments) > 1 and len(written_course(moments).encode()) > MAX_BYTES:
        moments = _newest(moments, len(moments) * 3 // 4)
    return moments


def _newest(moments: tuple[Moment, ...], count: int) -> tuple[Moment, ...]:
    """Return the newest moments; the first of them has what those before it said."""
    if len(moments) <= count:
        return moments
    first = _last(moments[: len(moments) - count + 1])
    return (Moment(first.at, first.pending, dict(first.pools)), *moments[len(moments) - count + 1 :])


def _last(moments: Sequence[Moment]) -> Standing:
    """Return the last of the standings; a tick needs no other one."""
    pools: dict[str, Size] = {}
    for moment in moments:
        for name, size in moment.pools.items():
            if size is None:
                pools.pop(name, None)
            else:
                pools[name] = size
    return Standing(moments[-1].at, moments[-1].pending, pools)


def _after(pools: dict[str, Size], changed: Mapping[str, Size | None]) -> dict[str, Size]:
    if not changed:
        return pools
    return {name: size for name, size in {**pools, **changed}.items() if size is not None}
