"""What a call has opened and its end closes: a warm container lives for hours, and connections that nobody closes stay.

What is to outlive a call, as a client that is kept for the next one, is not put here. A process answers one call at a
time, so there is one list; a command of a person has none, and its end closes everything.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator


class Closable(Protocol):
    """Something with connections."""

    def close(self) -> None:
        """Close them."""
        ...


C = TypeVar("C", bound=Closable)

_calls: list[list[Closable]] = []


def closed_at_end(opened: C) -> C:
    """Return the same; it is closed when the call ends in whose ``closing`` block this is."""
    if _calls:
        _calls[-1].append(opened)
    return opened


@contextlib.contextmanager
def closing() -> Iterator[None]:
    """Close what the block opens when it ends; what fails to close is left to the garbage collector."""
    _calls.append([])
    try:
        yield
    finally:
        for each in _calls.pop():
            with contextlib.suppress(Exception):
                each.close()
