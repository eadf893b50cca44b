"""Taints as people write them: `key=value:Effect`, several with commas between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object

_TAINT = re.compile(r"([^=:,\s]+)(?:=([^:,\s]*))?:(NoSchedule|PreferNoSchedule|NoExecute)")


def taints_in(text: str) -> list[Object]:
    """Return the taints in a text, as a node carries them."""
    return [
        {"key": key, **({"value": value} if value else {}), "effect": effect}
        for key, value, effect in _TAINT.findall(text)
    ]
