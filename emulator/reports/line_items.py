"""Line items: what was used in which hour. All dialects render the same ones, so their sums agree."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from emulator.reports.catalogue import Resource

BLOCK_ROWS = 5000
"""Items are drawn in blocks of this many from a random source of their own, so that a split can start anywhere."""

_CHANGED_EVERY = 7
_CHANGE_E12 = 10**9


class LineItem(NamedTuple):
    """A row before it has a dialect: quantity in 1E-12 units, hour since 1970, the reference it corrects (or "")."""

    reference: str
    resource: int
    hour: int
    quantity_e12: int
    corrects: str


@dataclass(frozen=True, slots=True)
class Window:
    """Some hours of usage: `rows` items over `hours` hours from `first_hour` (hours since 1970).

    With `corrects` the items are corrections instead: each takes back a third of what an item of that window had.
    `revision` > 0 changes the quantities of every seventh item: the content of a re-publication.
    """

    seed: str
    name: str
    rows: int
    first_hour: int
    hours: int = 6
    corrects: Window | None = None
    revision: int = 0

    def items(self, resources: Sequence[Resource], start: int = 0, stop: int | None = None) -> Iterator[LineItem]:
        """Yield the items from number `start` to `stop` (exclusive; default all)."""
        end = self.rows if stop is None else min(stop, self.rows)
        for block in range(start // BLOCK_ROWS, -(-end // BLOCK_ROWS)):
            first = block * BLOCK_ROWS
            drawn = self._block(resources, block)
            yield from drawn[max(0, start - first) : end - first]

    def _block(self, resources: Sequence[Resource], block: int) -> list[LineItem]:
        rng = random.Random(f"{self.seed}/{self.name}/{block}")  # noqa: S311
        count = min(BLOCK_ROWS, self.rows - block * BLOCK_ROWS)
        references = rng.randbytes(16 * BLOCK_ROWS).hex()  # a whole block: a row more or less moves no other row
        if self.corrects is not None:
            first = block * BLOCK_ROWS
            old = self.corrects.items(resources, first, first + count)
            return [
                LineItem(
                    references[32 * i : 32 * i + 32], item.resource, item.hour, -item.quantity_e12 // 3, item.reference
                )
                for i, item in enumerate(old)
            ]
        noise = struct.unpack(f">{2 * count}Q", rng.randbytes(16 * count))
        mosts = [resource.sku.most_e12 + 1 for resource in resources]
        items = []
        for i in range(count):
            pick = noise[2 * i] % len(resources)
            hour = self.first_hour + (noise[2 * i] >> 32) % self.hours
            quantity = noise[2 * i + 1] % mosts[pick]
            items.append(LineItem(references[32 * i : 32 * i + 32], pick, hour, quantity, ""))
        if self.revision:
            items[::_CHANGED_EVERY] = [
                item._replace(quantity_e12=item.quantity_e12 + self.revision * _CHANGE_E12)
                for item in items[::_CHANGED_EVERY]
            ]
        return items
