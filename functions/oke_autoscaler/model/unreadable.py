"""What could not be read of an object, said on the object itself and in the answer.

One odd object must not end a tick: any user of any namespace can make one. It is set aside with the meaning that does
no harm (a pod is not bought for and its node stays, a node stays and takes nothing, a budget allows nothing, an owner
exists, a claim or volume can be used nowhere), and everything else goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_VALUE_CHARS = 60
"""Of a value that is shown: a label may be long, a field of another type a whole object."""

MAX_LISTED = 20
"""Unreadable objects that an answer names; it tells how many more there are."""


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """One object, the first place in it that could not be read, and what stood there."""

    kind: str
    object: str
    """``namespace/name``, or the name alone of what has no namespace."""
    path: str
    value: str
    fault: str

    @property
    def text(self) -> str:
        """One line for people."""
        return f"{self.kind} {self.object}, {self.detail}"

    @property
    def detail(self) -> str:
        """The same without the object, where that is named beside it."""
        return f"{self.path}, {self.value}: {self.fault}"


def shown_value(value: object) -> str:
    """Return a value as it is shown: as Python writes it, cut at MAX_VALUE_CHARS."""
    text = repr(value)
    return text if len(text) <= MAX_VALUE_CHARS else f"{text[:MAX_VALUE_CHARS]}…"


def listed_texts(found: Sequence[Unreadable]) -> list[str]:
    """Return the first MAX_LISTED as texts, and how many more there are."""
    more = [f"and {len(found) - MAX_LISTED} more"] if len(found) > MAX_LISTED else []
    return [each.text for each in found[:MAX_LISTED]] + more
