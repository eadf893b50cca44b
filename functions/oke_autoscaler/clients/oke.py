"""OKE and OCI Monitoring through the OCI SDK: what a tick reads of node pools, its two writes, what errors mean.

Answers stay the service's JSON (`raw=True`) and are decoded into the same structs that `explain` reads, so unknown
enums and new fields pass. Reads are retried within the deadline (shared/oci/clients.py); writes never are, and each
carries the etag of the read that it was decided on.

Nothing waits for a work request: an accepted write goes on for minutes in OKE, longer than a function may live. What
became of it is read by the next tick, from the pool's state and from the list of work requests.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from functions.oke_autoscaler.clients import shape_list
from functions.oke_autoscaler.clients.monitoring import average_percent
from functions.oke_autoscaler.model.intake.readable import check
from functions.oke_autoscaler.model.oci_objects import Load, NodePool, ShapeSize, WorkRequest
from functions.oke_autoscaler.model.reasons import CONFLICT, OCI_SERVICE_ERROR, OUT_OF_CAPACITY, TOO_MANY_REQUESTS
from shared.errors import MissingInputData, OciServiceError, TokenExpired
from shared.kubernetes.cluster_access import ClusterAddress, SignedToken, VaultToken, cluster_address
from shared.oci import clients as oci_clients
from shared.oci.retries import CONNECT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.oke_autoscaler.settings import Settings
    from shared.deadline import Deadline
    from shared.kubernetes.client import TokenSource

T = TypeVar("T")

SERVICE = "container_engine"
MAX_WORK_REQUESTS = 100
"""Work requests of one list call, newest first: far more than a backoff of 30 minutes looks back on."""

MAX_POOL_PAGES = 20
"""Pages of the list of node pools, of 100 each by default: an OKE cluster has far fewer pools."""

MAX_WRITE_SECONDS = 20.0
"""Read time-out of one write."""

NO_EVICTION_GRACE = "PT0M"
"""`overrideEvictionGraceDuration` of a deleted node: this function has drained it already."""

CAPACITY_CODES = frozenset({"LimitExceeded", "QuotaExceeded", "OutOfHostCapacity"})
"""Error codes that say that OCI has no instance of the shape, or that the tenancy may have no more."""

FIX_BY_STATUS = {
    401: "check the function's dynamic group and the clock",
    404: "check the OCID, and the policies that docs/oke-autoscaler.md lists (OCI answers 404 for both)",
    409: "none: the node pool is busy, the next tick continues",
    412: "none: the node pool was changed by another client, the next tick reads it again",
    429: "none: too many calls, the next tick continues",
}
OTHER_FIX = "none if it goes away: the next tick starts from what it reads"


@dataclass(frozen=True, slots=True)
class ReadPool:
    """A node pool as it was read, with the etag that a write of it must carry."""

    pool: NodePool
    etag: str
    compartment_id: str


class _Cluster(msgspec.Struct, rename="camel"):
    compartment_id: str = ""


class Oke:
    """The OCI side of one tick; every method raises OciServiceError when OCI fails."""

    def __init__(self, settings: Settings, deadline: Deadline, identity: oci_clients.Credentials | None = None) -> None:
        self._settings = settings
        self._deadline = deadline
        self._identity = identity or oci_clients.sdk_credentials(settings)
        self._client = oci_clients.client(SERVICE, settings, deadline, raw=True, identity=self._identity)

    def until(self, deadline: Deadline) -> Oke:
        """Return the same with another deadline, on connections of its own."""
        return Oke(self._settings, deadline, self._identity)

    def cluster_address(self) -> ClusterAddress:
        """Return the API server's address and the certificate authority that signed its certificate."""
        with _with_fix():
            return cluster_address(self._client, self._settings.cluster_id, self._settings.kubernetes_endpoint)

    def token_source(self) -> TokenSource:
        """Return the source of bearer tokens: the Vault secret where one is set, else the principal's signature."""
        if self._settings.secret_id:
            return VaultToken(self._settings, self._deadline, self._settings.secret_id)
        config, signer = self._identity
        return SignedToken(signer, str(config["region"]), self._settings.cluster_id)

    def node_pool(self, pool_id: str) -> ReadPool:
        """Read one node pool with its nodes; MissingInputData when it belongs to another cluster."""
        with _with_fix(), oci_clients.oci_errors(SERVICE):
            answer = self._client.get_node_pool(pool_id)
        pool = _converted(answer.data, NodePool)
        if pool.id != pool_id:
            raise _malformed("another node pool came than was asked for")
        if pool.cluster_id and pool.cluster_id != self._settings.cluster_id:
            key = "node_pools" if self._settings.node_pools else "node_pool_id"
            raise MissingInputData({key: f"node pool {pool.name} belongs to another cluster than cluster_id"})
        etag = str(answer.headers.get("etag", ""))
        if not etag or not pool.compartment_id:
            raise _malformed("the node pool came without etag or compartment")
        return ReadPool(pool, etag, pool.compartment_id)

    def pools_of_cluster(self) -> list[NodePool]:
        """List the cluster's node pools in one compartment, without their nodes; OciServiceError on failure."""
        found: list[NodePool] = []
        page: str | None = None
        compartment = self._settings.node_pool_compartment_id or self._cluster_compartment()
        for _ in range(MAX_POOL_PAGES):
            more = {"page": page} if page else {}
            with _with_fix(), oci_clients.oci_errors(SERVICE):
                answer = self._client.list_node_pools(compartment, cluster_id=self._settings.cluster_id, **more)
            found.extend(_converted(answer.data, list[NodePool]))
            page = answer.headers.get("opc-next-page")
            if not page:
                return found
        raise _malformed(f"the list of node pools does not end after {MAX_POOL_PAGES} pages")

    def _cluster_compartment(self) -> str:
        with _with_fix(), oci_clients.oci_errors(SERVICE):
            answer = self._client.get_cluster(self._settings.cluster_id)
        compartment = _converted(answer.data, _Cluster).compartment_id
        if not compartment:
            raise _malformed("the cluster came without its compartment")
        return compartment

    def work_requests(self, compartments: Iterable[str]) -> list[WorkRequest]:
        """List the newest work requests about the cluster's node pools, one call a compartment (as a rule one)."""
        found: list[WorkRequest] = []
        for compartment in sorted(set(compartments)):
            with _with_fix(), oci_clients.oci_errors(SERVICE):
                answer = self._client.list_work_requests(
                    compartment,
                    cluster_id=self._settings.cluster_id,
                    resource_type="NODEPOOL",
                    sort_by="TIME_ACCEPTED",
                    sort_order="DESC",
                    limit=MAX_WORK_REQUESTS,
                )
            listed = _converted(answer.data, list[WorkRequest])
            if not all(each.id for each in listed):
                raise _malformed("a list of work requests was asked for, something else came")
            for each in listed:
                check(each)
            found.extend(listed)
        return found

    def loads(self, compartments: Iterable[str], now_epoch_seconds: float) -> dict[str, Load]:
        """Read the average loads by instance OCID, of those metrics whose thresholds are above 0."""
        settings = self._settings
        client = oci_clients.client("monitoring", settings, self._deadline, raw=True, identity=self._identity)
        window = settings.node_pool_eval_window
        cpu: dict[str, float] = {}
        ram: dict[str, float] = {}
        with _with_fix():
            if settings.reads_cpu_load:
                cpu = average_percent(client, "CpuUtilization", compartments, now_epoch_seconds, window)
            if settings.reads_ram_load:
                ram = average_percent(client, "MemoryUtilization", compartments, now_epoch_seconds, window)
        return {each: Load(cpu_percent=cpu.get(each), ram_percent=ram.get(each)) for each in cpu.keys() | ram.keys()}

    def shapes(self, compartment: str) -> dict[str, ShapeSize]:
        """List Compute's shapes by name; asked once, a failure is the caller's to tell."""
        client = oci_clients.bare_client(
            shape_list.SERVICE, self._settings, self._deadline, self._identity, shape_list.ADDRESS
        )
        with _with_fix():
            return shape_list.list_shapes(client, compartment)

    def resize(self, state: ReadPool, size: int) -> None:
        """Ask for ``size`` nodes and nothing else: a sent placement would replace the pool's and end its nodes."""
        from oci.container_engine.models import (  # imported by a tick that writes only
            UpdateNodePoolDetails,
            UpdateNodePoolNodeConfigDetails,
        )

        details = UpdateNodePoolDetails(node_config_details=UpdateNodePoolNodeConfigDetails(size=size))
        self._write(self._client.update_node_pool, state.pool.id, details, if_match=state.etag)

    def delete_node(self, state: ReadPool, instance_id: str) -> None:
        """Delete one drained node and lower the pool's size with it."""
        self._write(
            self._client.delete_node,
            state.pool.id,
            instance_id,
            if_match=state.etag,
            is_decrement_size=True,
            override_eviction_grace_duration=NO_EVICTION_GRACE,
            is_force_deletion_after_override_grace_duration=True,
        )

    def _write(self, call: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Send one write, once: OciServiceError with OKE's status, or with status 0 when there was no answer.

        Every change of OKE goes through here, and none is retried: a write whose answer was lost may have been carried
        out, and a retry could remove a second node. act/ reads the pool again instead. An answer that surely changed
        nothing (409, 429) could be asked again here, and nowhere else, within the deadline; but only for a resize: to a
        deletion, 409 may mean that the node is going already.
        """
        from oci.retry import NoneRetryStrategy

        # The client is that of the reads, whose retry strategy sets the time-out before each attempt.
        seconds = self._deadline.bounded(MAX_WRITE_SECONDS)
        self._client.base_client.timeout = (min(CONNECT_SECONDS, seconds), seconds)
        with _with_fix(), oci_clients.oci_errors(SERVICE):
            call(*args, retry_strategy=NoneRetryStrategy(), **kwargs)


@contextlib.contextmanager
def _with_fix() -> Iterator[None]:
    """Add to an OciServiceError what to do about its status."""
    try:
        yield
    except TokenExpired:
        raise
    except OciServiceError as error:
        error.fix = error.fix or FIX_BY_STATUS.get(error.status, OTHER_FIX)
        raise


def refusal_reason(error: OciServiceError) -> str:
    """Return why a pool cannot take nodes now, from OKE's error; empty when the error is not about this pool."""
    # Code and text come before the status: limits are 400s, and a lack of hosts is a 500 like any server error
    # (https://docs.oracle.com/en-us/iaas/Content/API/References/apierrors.htm).
    if error.code in CAPACITY_CODES or "out of host capacity" in error.message.lower():
        return OUT_OF_CAPACITY
    if error.status == 409:
        return CONFLICT
    if error.status == 429:
        return TOO_MANY_REQUESTS
    return OCI_SERVICE_ERROR if is_outcome_unknown(error) else ""


def is_outcome_unknown(error: OciServiceError) -> bool:
    """Return whether a failed write may have been carried out: no answer at all, or a server error."""
    return error.status == 0 or error.status >= 500


def _converted(data: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as fault:
        raise _malformed(f"the answer cannot be read: {str(fault)[:200]}") from None


def _malformed(text: str) -> OciServiceError:
    return OciServiceError(text, code="malformed", service=SERVICE)
