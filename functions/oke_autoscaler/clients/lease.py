"""One tick at a time in a cluster: a Lease in kube-system, compare-and-swap by resourceVersion.

Times are the API server's (shared/kubernetes/client.py says why). Every step of a tick is guarded by etags and resource
versions as well, so a Lease taken over from a tick that died costs nothing but its rest of time.
"""

from __future__ import annotations

import math
import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.errors import AnotherAutoscaler, LeaseBusy
from shared.errors import KubernetesApiError

if TYPE_CHECKING:
    from shared.deadline import Deadline
    from shared.kubernetes.client import KubernetesApi

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
NAME = "oke-autoscaler"
OTHER_AUTOSCALER = "cluster-autoscaler"
"""The Lease that Cluster Autoscaler elects its leader with (`--leader-elect-resource-name`)."""

ALIVE_SECONDS = 60.0
MARGIN_SECONDS = 15
"""What a Lease lasts beyond its tick's deadline."""

WAIT_SHARE = 0.5
"""Of the time a tick has, what it may spend waiting for the Lease."""

POLL_SECONDS = (0.2, 0.5)
LOST_ANSWERS = 3
"""Writes of the Lease whose answer got lost, before the tick gives up."""


class _Meta(msgspec.Struct, rename="camel", omit_defaults=True):
    name: str
    namespace: str
    resource_version: str = ""


class _Spec(msgspec.Struct, rename="camel", omit_defaults=True):
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


class _Lease(msgspec.Struct, rename="camel"):
    metadata: _Meta
    spec: _Spec = msgspec.field(default_factory=_Spec)
    api_version: str = "coordination.k8s.io/v1"
    kind: str = "Lease"


def refuse_another_autoscaler(api: KubernetesApi) -> None:
    """Raise AnotherAutoscaler while Cluster Autoscaler's Lease is fresh; a read, so it goes before the first write."""
    lease = api.get_object(f"{LEASES}/{OTHER_AUTOSCALER}", _Lease)
    if lease is None or not lease.spec.holder_identity:
        return
    renewed = epoch_seconds(lease.spec.renew_time)
    if renewed is not None and api.now_epoch_seconds() - renewed <= ALIVE_SECONDS:
        raise AnotherAutoscaler(
            f"Cluster Autoscaler renewed its Lease {OTHER_AUTOSCALER} at {lease.spec.renew_time}",
            fix="disable the Cluster Autoscaler add-on, or stop scheduling this function",
        )


class TickLease:
    """The Lease of this cluster's ticks, held by ``identity`` (unique to the call)."""

    def __init__(self, api: KubernetesApi, deadline: Deadline, identity: str) -> None:
        self._api = api
        self._deadline = deadline
        self._identity = identity
        self._held: _Lease | None = None
        self._lost_answers = 0

    def acquire(self) -> None:
        """Take the Lease, waiting for another holder up to WAIT_SHARE of the time left; then LeaseBusy."""
        give_up_at = time.monotonic() + WAIT_SHARE * self._deadline.remaining_seconds()
        self._held = self._attempt()
        while self._held is None:
            if time.monotonic() >= give_up_at:
                raise LeaseBusy("another tick holds the Lease of this cluster")
            time.sleep(random.uniform(*POLL_SECONDS))  # noqa: S311  (spreads the waiting ticks, no secret)
            self._held = self._attempt()

    def _attempt(self) -> _Lease | None:
        """The Lease as it is once held, by this write or by an earlier one whose answer got lost; None while it is not.

        A lost answer is looked into by the next attempt; the last of LOST_ANSWERS is raised.
        """
        current = self._api.get_object(f"{LEASES}/{NAME}", _Lease)
        if current is not None and current.spec.holder_identity == self._identity:
            return current
        if current is not None and not self._is_free(current):
            return None
        try:
            return self._write(current)
        except KubernetesApiError as error:
            self._lost_answers += error.status == 0
            if error.status not in {0, 409} or self._lost_answers >= LOST_ANSWERS:
                raise
            return None

    def release(self) -> None:
        """Give the Lease back; where that fails it ends by itself."""
        if self._held is None:
            return
        held, self._held = self._held, None
        held.spec.holder_identity = ""
        held.spec.lease_duration_seconds = 1
        held.spec.renew_time = micro_time(self._api.now_epoch_seconds())
        self._api.send("PUT", f"{LEASES}/{NAME}", held)

    def _is_free(self, lease: _Lease) -> bool:
        """Nobody holds it, or its time is over; one without readable times counts as held by nobody."""
        spec = lease.spec
        renewed = epoch_seconds(spec.renew_time)
        if not spec.holder_identity or renewed is None or spec.lease_duration_seconds is None:
            return True
        return self._api.now_epoch_seconds() > renewed + spec.lease_duration_seconds

    def _write(self, current: _Lease | None) -> _Lease:
        now = micro_time(self._api.now_epoch_seconds())
        spec = _Spec(
            holder_identity=self._identity,
            lease_duration_seconds=math.ceil(self._deadline.remaining_seconds()) + MARGIN_SECONDS,
            acquire_time=now,
            renew_time=now,
            lease_transitions=1 + ((current.spec.lease_transitions or 0) if current else 0),
        )
        if current is None:
            answer = self._api.send("POST", LEASES, _Lease(_Meta(NAME, "kube-system"), spec))
        else:
            meta = _Meta(NAME, "kube-system", current.metadata.resource_version)
            answer = self._api.send("PUT", f"{LEASES}/{NAME}", _Lease(meta, spec))
        return msgspec.json.decode(answer, type=_Lease)


def micro_time(at_epoch_seconds: float) -> str:
    """A time as Leases want it: UTC with exactly six decimals (the API server answers 400 otherwise)."""
    moment = datetime.fromtimestamp(at_epoch_seconds, tz=UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def epoch_seconds(text: str | None) -> float | None:
    """An RFC 3339 time as seconds since the epoch; None where there is none or it cannot be read."""
    try:
        return datetime.fromisoformat(text or "").timestamp()
    except ValueError:
        return None
