"""Scale-up: ask every pool for its nodes in this tick; what one pool refuses goes to the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.act.observe import decide_on
from functions.oke_autoscaler.clients.oke import is_outcome_unknown, refusal_reason
from functions.oke_autoscaler.model.oci_objects import NodeConfig
from functions.oke_autoscaler.model.reasons import CONFLICT
from shared.errors import OciServiceError

if TYPE_CHECKING:
    from functions.oke_autoscaler.act.observe import Observed
    from functions.oke_autoscaler.clients.changes import Changes
    from functions.oke_autoscaler.clients.oke import Oke, ReadPool
    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict
    from functions.oke_autoscaler.settings import Settings


class Resize(Enum):
    """The outcome of a resize."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    """Somebody else wrote to the pool since it was read (412)."""
    REFUSED = "refused"


@dataclass(slots=True)
class ScaleUp:
    """One tick's scale-up. ``observed`` and ``decision`` are the newest, ``done`` the verdicts on the pools resized."""

    oke: Oke
    settings: Settings
    changes: Changes
    now: float
    observed: Observed
    decision: Decision
    done: dict[str, PoolVerdict] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    read_again: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Resize until no pool wants more; OciServiceError for a failure that is not about a single pool.

        The first pool that does not take its nodes ends the round: the pools that were not asked yet may then be asked
        once for their own and for the refused nodes, while one that was asked already is updating. The loop ends: a
        round that is not the last adds a pool to ``read_again`` or to ``refused``, and a refused pool wants no more.
        """
        while wanted := [pool for pool in self.decision.pools if pool.grows]:
            if all(self._grow(pool) for pool in wanted):
                return
            self.decision = decide_on(self.observed, self.settings, self.now, self.refused)

    def verdicts(self) -> list[PoolVerdict]:
        """Return the newest verdict on each pool, and for a resized one the verdict that was carried out."""
        return [self.done.get(pool.id, pool) for pool in self.decision.pools]

    def _grow(self, wanted: PoolVerdict) -> bool:
        """Resize one pool; return whether it was accepted. ``observed`` and ``refused`` tell the next decision."""
        state = self.observed.pools[wanted.id]
        outcome, newest, why = self._ask(state, wanted.wanted_size)
        if outcome is Resize.ACCEPTED:
            self.done[wanted.id] = wanted
            self.observed = self.observed.with_work_on(_resized(newest, wanted.wanted_size))
            return True
        self.observed = self.observed.with_pool(newest)
        # A pool that changed twice within one tick is being changed by another client: it counts as refused.
        if outcome is Resize.REFUSED or wanted.id in self.read_again:
            self.refused[wanted.id] = why
        self.read_again.add(wanted.id)
        return False

    def _ask(self, state: ReadPool, size: int) -> tuple[Resize, ReadPool, str]:
        """Resize once; return the outcome, the pool as known now, and the reason of a refusal."""
        if not self.changes.go(f"resize node pool {state.pool.name} from {state.pool.size} to {size}"):
            return Resize.ACCEPTED, state, ""
        try:
            self.oke.resize(state, size)
        except OciServiceError as error:
            why = refusal_reason(error)
            if error.status == 412:
                # Another client changed the pool: it may have the nodes already, so it is read and planned once more.
                return Resize.CHANGED, self.oke.node_pool(state.pool.id), CONFLICT
            if is_outcome_unknown(error):
                return self._look(state, size, why)
            if not why:
                raise
            return Resize.REFUSED, state, why
        return Resize.ACCEPTED, state, ""

    def _look(self, state: ReadPool, size: int, why: str) -> tuple[Resize, ReadPool, str]:
        """Read the pool after a lost answer or a server error, to tell whether the resize was accepted."""
        newest = self.oke.node_pool(state.pool.id)
        # The etag changes with every accepted write, so the same etag proves that none was.
        if newest.etag == state.etag:
            return Resize.REFUSED, newest, why
        return (Resize.ACCEPTED if newest.pool.size == size else Resize.CHANGED), newest, CONFLICT


def _resized(state: ReadPool, size: int) -> ReadPool:
    """Return the pool as OKE will show it, so that a further decision of this tick counts the nodes asked for.

    What could not be made before is being tried again: it is no failed node any more.
    """
    failed = state.pool.not_made
    nodes = [node for node in state.pool.nodes or () if node not in failed]
    details = msgspec.structs.replace(state.pool.node_config_details or NodeConfig(), size=size)
    pool = msgspec.structs.replace(state.pool, node_config_details=details, nodes=nodes, lifecycle_state="UPDATING")
    return replace(state, pool=pool)
