"""One tick at a time in a cluster: a Lease in kube-system, compare-and-swap by resourceVersion.

Times are the API server's (shared/kubernetes/client.py says why), so all holders compare by one clock.

The Lease is taken once, for the whole tick, and never renewed. Its duration is what is left of the call plus a margin,
and Fn ends a call at its deadline: a live tick cannot outlast its Lease, and no thread is needed that renews it. A tick
that died leaves a Lease that expires. Should two ticks still overlap, every write of a tick is guarded by an etag, a
resource version or a UID, so the Lease saves wasted work; the safety of the cluster does not rest on it.
"""

from __future__ import annotations

import math
import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.errors import AnotherAutoscaler, LeaseBusy
from functions.oke_autoscaler.model.quantity import unix_seconds
from shared.errors import KubernetesApiError
from shared.kubernetes.decoding import decoded_object

if TYPE_CHECKING:
    from shared.deadline import Deadline
    from shared.kubernetes.client import KubernetesApi

LEASES_PATH = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
LEASE_NAME = "oke-autoscaler"
OTHER_AUTOSCALER = "cluster-autoscaler"
"""The Lease that Cluster Autoscaler elects its leader with (`--leader-elect-resource-name`)."""

OTHER_ALIVE_SECONDS = 60.0
"""Age up to which Cluster Autoscaler's Lease counts as held; it renews every 2 s and gives up leading after 10 s."""

MARGIN_SECONDS = 15
"""Seconds that a Lease lasts beyond its tick's deadline: `Date` has whole seconds, and the last write takes time."""

MAX_WAIT_SHARE = 0.5
"""Share of a tick's time that it may wait for the Lease: with less than half left it would get little done."""

POLL_SECONDS = (0.2, 0.5)
"""Shortest and longest pause between two attempts; random, so that waiting ticks do not write in step."""

MAX_LOST_ANSWERS = 3
"""Writes of the Lease whose answer was lost, until the tick gives up."""


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
    lease = api.get_object(f"{LEASES_PATH}/{OTHER_AUTOSCALER}", _Lease)
    if lease is None or not lease.spec.holder_identity:
        return
    renewed = _seconds_or_none(lease.spec.renew_time)
    if renewed is not None and api.now_epoch_seconds() - renewed <= OTHER_ALIVE_SECONDS:
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
        """Take the Lease, waiting for another holder up to MAX_WAIT_SHARE of the time left; then LeaseBusy."""
        give_up_at = time.monotonic() + MAX_WAIT_SHARE * self._deadline.remaining_seconds()
        self._held = self._attempt()
        while self._held is None:
            if time.monotonic() >= give_up_at:
                raise LeaseBusy("another tick holds the Lease of this cluster")
            time.sleep(random.uniform(*POLL_SECONDS))  # noqa: S311  (spreads the waiting ticks, no secret)
            self._held = self._attempt()

    def _attempt(self) -> _Lease | None:
        """Try once; return the Lease when it is held, by this write or by an earlier one whose answer was lost.

        The identity is unique to the call, so a Lease that carries it can only come from a write of this call:
        that is how the next attempt finds out about a lost answer. The last of MAX_LOST_ANSWERS is raised.
        """
        current = self._api.get_object(f"{LEASES_PATH}/{LEASE_NAME}", _Lease)
        if current is not None and current.spec.holder_identity == self._identity:
            return current
        if current is not None and not self._is_free(current):
            return None
        # Compare and swap: POST fails with 409 when another tick has made the Lease in between, PUT when its resource
        # version is no longer the one just read. Either way the other tick holds it, and this one waits on.
        try:
            return self._write(current)
        except KubernetesApiError as error:
            self._lost_answers += error.status == 0
            if error.status not in {0, 409} or self._lost_answers >= MAX_LOST_ANSWERS:
                raise
            return None

    def release(self) -> None:
        """Give the Lease back; where that fails it expires."""
        if self._held is None:
            return
        held, self._held = self._held, None
        # No holder and a duration of 1 s is what client-go's leader election writes on release. The resource version is
        # that of this holder's write, so a Lease that another tick has taken over stays with that tick (409).
        held.spec.holder_identity = ""
        held.spec.lease_duration_seconds = 1
        held.spec.renew_time = micro_time(self._api.now_epoch_seconds())
        self._api.send("PUT", f"{LEASES_PATH}/{LEASE_NAME}", held)

    def _is_free(self, lease: _Lease) -> bool:
        """Return whether it has no holder or has expired; one without readable times counts as free."""
        spec = lease.spec
        renewed = _seconds_or_none(spec.renew_time)
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
            answer = self._api.send("POST", LEASES_PATH, _Lease(_Meta(LEASE_NAME, "kube-system"), spec))
        else:
            meta = _Meta(LEASE_NAME, "kube-system", current.metadata.resource_version)
            answer = self._api.send("PUT", f"{LEASES_PATH}/{LEASE_NAME}", _Lease(meta, spec))
        return decoded_object(answer, _Lease, LEASES_PATH)


def micro_time(at_epoch_seconds: float) -> str:
    """Return a time in the form of a Lease: UTC with exactly six decimals (the API server answers 400 otherwise)."""
    moment = datetime.fromtimestamp(at_epoch_seconds, tz=UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _seconds_or_none(text: str | None) -> float | None:
    """Return an RFC 3339 time in Unix seconds; None where there is none or it cannot be read."""
    try:
        return unix_seconds(text or "")
    except ValueError:
        return None
