"""The decision of one tick, as a function of what was read, the settings and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decision import Decision, PoolVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.settings import Settings
    from functions.oke_autoscaler.snapshot import Snapshot


def decide(snapshot: Snapshot, settings: Settings, now: float, refused: Mapping[str, str] | None = None) -> Decision:
    """What to do at ``now`` (Unix seconds).

    ``refused`` holds pools that answered this tick's resize with an error, id to the reason (``out-of-capacity``,
    ``conflict`` …): they are not grown again and their pods go to the other pools. After a 412, call again with the
    pools as read anew.
    """
    del settings, now, refused
    pools = [PoolVerdict(pool.id, pool.name, pool.size, pool.size, "", "ready") for pool in snapshot.pools or ()]
    return Decision(pools=tuple(pools))
