"""How long OKE drains a node before it ends it, and whether with pods left: by the call, else by the pool."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulator.base.service_protocol import OciError

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object

DEFAULT_GRACE_SECONDS = 3600.0
"""evictionGraceDuration of a pool that says nothing: PT60M.

A node with pods left after it is ended only where the pool or the call asks for that. Source: Oracle, "Deleting a
Managed Node Pool" (docs.oracle.com, Content/ContEng/Tasks/delete-node-pool.htm), "Force terminate after grace period".
"""

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_MAX_GRACE_SECONDS = 3600


def eviction_grace(pool_details: Object, text: str | None = None, *, force: bool | None = None) -> tuple[float, bool]:
    """Return how long OKE drains, and whether it goes on after that. Raises OciError 400."""
    settings = pool_details.get("nodeEvictionNodePoolSettings") or {}
    text = text or settings.get("evictionGraceDuration")
    forced = bool(settings.get("isForceDeleteAfterGraceDuration", False)) if force is None else force
    if text is None:
        return DEFAULT_GRACE_SECONDS, forced
    match = _DURATION.fullmatch(text)
    if match is None or text == "PT":
        raise OciError(400, "InvalidParameter", f"{text!r} is no ISO 8601 duration.")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if total > _MAX_GRACE_SECONDS:
        raise OciError(400, "InvalidParameter", "The eviction grace duration is at most PT60M.")
    return total, forced
