"""Scale-up: ask every pool for its nodes in this tick; what one pool refuses goes to the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.act.observe import decided
from shared.errors import OciServiceError

if TYPE_CHECKING:
    from functions.oke_autoscaler.act.observe import Observed
    from functions.oke_autoscaler.clients.changes import Changes
    from functions.oke_autoscaler.clients.oke import Oke, PoolState
    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict
    from functions.oke_autoscaler.settings import Settings

CAPACITY_CODES = frozenset({"LimitExceeded", "QuotaExceeded", "OutOfHostCapacity"})


class Asked(Enum):
    """How OKE took a resize."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    """Somebody else wrote to the pool since it was read (412)."""
    REFUSED = "refused"


@dataclass(slots=True)
class ScaleUp:
    """One tick's scale-up. ``observed`` and ``decision`` are the newest, ``done`` what each grown pool was told."""

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
        """Resize until no pool wants more; OciServiceError for a failure that concerns no single pool's capacity.

        The first pool that does not take its nodes ends the round: the pools that were not asked yet may then be asked
        once for their own and for the refused nodes, while one that was asked already is updating.
        """
        while wanted := [pool for pool in self.decision.pools if pool.wanted_size > pool.size]:
            if all(self._grow(pool) for pool in wanted):
                return
            self.decision = decided(self.observed, self.settings, self.now, self.refused)

    def verdicts(self) -> list[PoolVerdict]:
        """The newest verdict on each pool, and of a grown one what it was told."""
        return [self.done.get(pool.id, pool) for pool in self.decision.pools]

    def _grow(self, wanted: PoolVerdict) -> bool:
        """Ask one pool; whether it took it. What is to be planned anew stands in ``observed`` and ``refused``."""
        state = self.observed.pools[wanted.id]
        outcome, newest, why = self._ask(state, wanted.wanted_size)
        if outcome is Asked.ACCEPTED:
            self.done[wanted.id] = wanted
            self.observed = self.observed.with_pool(_resized(newest, wanted.wanted_size))
            return True
        self.observed = self.observed.with_pool(newest)
        if outcome is Asked.REFUSED or wanted.id in self.read_again:
            self.refused[wanted.id] = why
        self.read_again.add(wanted.id)
        return False

    def _ask(self, state: PoolState, size: int) -> tuple[Asked, PoolState, str]:
        """Resize once; the outcome, the pool as known now, and the reason of a refusal."""
        if not self.changes.go(f"resize node pool {state.pool.name} from {state.pool.size} to {size}"):
            return Asked.ACCEPTED, state, ""
        try:
            self.oke.resize(state, size)
        except OciServiceError as error:
            why = refusal(error)
            if error.status == 412:
                return Asked.CHANGED, self.oke.node_pool(state.pool.id), "conflict"
            if error.status == 0 or error.status >= 500:
                return self._look(state, size, why)
            if not why:
                raise
            return Asked.REFUSED, state, why
        return Asked.ACCEPTED, state, ""

    def _look(self, state: PoolState, size: int, why: str) -> tuple[Asked, PoolState, str]:
        """After a lost answer or a server error: read the pool to tell whether the resize happened."""
        newest = self.oke.node_pool(state.pool.id)
        if newest.etag == state.etag:
            return Asked.REFUSED, newest, why
        return (Asked.ACCEPTED if newest.pool.size == size else Asked.CHANGED), newest, "conflict"


def refusal(error: OciServiceError) -> str:
    """Why a pool cannot take nodes now, by what OKE answered; empty for an error that is not the pool's own."""
    if error.code in CAPACITY_CODES or "out of host capacity" in error.message.lower():
        return "out-of-capacity"
    if error.status == 409:
        return "conflict"
    if error.status == 429:
        return "too-many-requests"
    return "oci-service-error" if error.status == 0 or error.status >= 500 else ""


def _resized(state: PoolState, size: int) -> PoolState:
    details = state.pool.node_config_details
    if details is None:
        return state
    pool = msgspec.structs.replace(state.pool, node_config_details=msgspec.structs.replace(details, size=size))
    return replace(state, pool=pool)
