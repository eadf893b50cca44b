"""The config keys of oke-autoscaler: the published ones with their spelling and meaning, and the optional new ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from functions.oke_autoscaler.disruption_budget import DisruptionBudget, read_budgets
from functions.oke_autoscaler.headroom_settings import Headroom, parse_headroom
from functions.oke_autoscaler.pool_settings import NO_LIMIT, PoolSettings, Thresholds, read_pools
from functions.oke_autoscaler.pool_tags import Tags, parse_tags
from functions.oke_autoscaler.size_schedules import SizeSchedule, find_reversed_bounds, parse_schedules
from shared.oci.settings import OciSettings
from shared.ocids import check_ocid, ocid_of, ocids_of
from shared.settings import setting


def _compartment(text: str) -> str:
    """Return the OCID of a compartment, of which a tenancy is the outermost."""
    return text if text.startswith("ocid1.tenancy.") else check_ocid("compartment", text)


NO_POOL = PoolSettings("", 0, 0)
"""Stands for the pools of a tag before they are known: they have no thresholds of their own."""


def _pools(text: str) -> tuple[PoolSettings, ...]:
    """Read the pools of ``read_pools``, each with the OCID of a node pool as its id."""
    pools = read_pools(text)
    for index, pool in enumerate(pools):
        try:
            check_ocid("nodepool", pool.id)
        except ValueError as fault:
            raise ValueError(f"[{index}].id {fault}") from None
    return pools


def _scheduler_names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise ValueError("must be names separated by commas")
    return names


TAINT_KEY = re.compile(r"(?:[a-z0-9.-]{1,253}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}[*/]?|[a-z0-9.-]{1,253}/\*?")
"""A taint's key, or the beginning of one."""


def _taint_keys(text: str) -> tuple[str, ...]:
    """Read taint keys or prefixes separated by commas."""
    keys = tuple(part.strip() for part in text.split(",") if part.strip())
    for key in keys:
        if not TAINT_KEY.fullmatch(key):
            raise ValueError(f"{key[:80]!r} is neither a taint's key nor a prefix that ends in * or /")
    return keys


@dataclass(frozen=True, kw_only=True)
class Settings(OciSettings):
    """The configuration of a tick. Published keys first; every other one is optional."""

    cluster_id: str = setting(parse=ocid_of("cluster"))
    """OCID of the OKE cluster."""

    node_pool_id: tuple[str, ...] = setting(default=(), parse=ocids_of("nodepool"))
    """OCID of the node pool, or several separated by commas (then all have the same bounds)."""

    node_pool_eval_window: int = setting(default=10, minimum=1, maximum=1440)
    """Minutes over which the pool's average load is taken. Default: 10."""

    node_pool_min_size: int | None = setting(default=None, minimum=0)
    """Nodes that a pool never falls below. Needed with `node_pool_id`."""

    node_pool_max_size: int | None = setting(default=None, minimum=0)
    """Nodes that a pool never grows beyond. Needed with `node_pool_id`."""

    node_pool_eval_cpu_load: float = setting(default=0, minimum=0, maximum=100)
    """Average CPU load in percent below which the pool may shrink; 0 = off. It is asked anew before each node, with the
    load of the nodes before it moved to the others; a removal may pass it, but not fill the pool to more than 90 %.
    Pools grow by what pods request, never by load. Default: 0."""

    node_pool_eval_ram_load: float = setting(default=0, minimum=0, maximum=100)
    """The same for memory; 0 = off. With both loads 0 there is no scale-down at all. Default: 0."""

    secret_id: str = setting(default="", parse=ocid_of("vaultsecret"))
    """OCID of the Vault secret with a service-account token. Default: none, a token is signed with the function's
    own resource principal."""

    node_pools: tuple[PoolSettings, ...] = setting(default=(), parse=_pools)
    """JSON list `[{"id", "min_size", "max_size", "cost", "priority"}]` instead of `node_pool_id`, `node_pool_min_size`
    and `node_pool_max_size`. `cost` of a node defaults to 25 per vCPU + 3 per GiB; a higher `priority` decides
    between plans of equal cost and size. `schedules` as the key of that name; `node_utilization_percent`,
    `unneeded_minutes`, `unready_minutes`, `eval_cpu_load` and `eval_ram_load` are the pool's own thresholds instead of
    those of the keys below and of `node_pool_eval_…`; both loads 0: no scale-down of that pool.
    `resources` (`{"memory": "27Gi", "nvidia.com/gpu": 8}`) states what a new node offers to pods, until one is seen."""

    node_pool_tag: Tags = setting(default=(), parse=parse_tags)
    """Tag `key=value`, several joined by `&`, instead of a list of OCIDs: every node pool of the cluster that has it is
    managed, from the tick on that finds it. `namespace.key=value` is a defined tag. A pool's freeform tags `minSize`
    and `maxSize` come before `node_pool_min_size` and `node_pool_max_size`, as with Cluster Autoscaler. Default:
    none."""

    node_pool_compartment_id: str = setting(default="", parse=_compartment)
    """OCID of the compartment in which pools are looked for by `node_pool_tag`. Default: the cluster's."""

    expander: Literal["least-cost", "priority"] = "least-cost"
    """Which pools new nodes come from. `least-cost`: the plan over all pools that costs least, `priority` deciding
    between equals. `priority`: the pool of the highest `priority` that can take the pods is used, whatever it costs,
    and the next one takes what it cannot: at its maximum, without capacity, or too small. Default: least-cost."""

    headroom: tuple[Headroom, ...] = setting(default=(), parse=parse_headroom)
    """JSON list `[{"cpu": "500m", "memory": "1Gi", "count": 4, "node_selector": {…}, "tolerations": […]}]` of pods that
    must always fit somewhere, at once: nodes are bought and kept for them, pods that run take their room, and no answer
    counts them as pending. Selector and tolerations may be left out. Default: none."""

    replace_saving_percent: float = setting(default=0, minimum=0, maximum=99)
    """Replace a node whose pods fit on a new node of another pool that costs so many percent less: the new node first,
    then the drain, one at a time; where they fit on nodes that are there, none is bought. 0 = off. Each one moves pods;
    read docs/node-pools.md before. Default: 0."""

    node_pool_stabilization_window: int = setting(default=3, minimum=0)
    """Minutes after a pool's newest node became ready in which the pool is left alone. Default: 3."""

    node_utilization_percent: float = setting(default=50, minimum=0, maximum=100)
    """Requests in percent of a node's allocatable up to which the node may be removed. Default: 50."""

    unneeded_minutes: float = setting(default=10, minimum=0)
    """Minutes that a node must have been unneeded before it is removed. Default: 10."""

    unready_minutes: float = setting(default=20, minimum=0)
    """The same for a node that is not ready. Default: 20."""

    provision_timeout_minutes: float = setting(default=15, minimum=1)
    """Minutes within which a node that was asked for has to register. Default: 15."""

    drain_timeout_minutes: float = setting(default=15, minimum=1)
    """Minutes without a pod evicted or gone after which a drain is given up and the node is put back. Default: 15."""

    backoff_minutes: float = setting(default=5, minimum=0)
    """Minutes for which a pool without capacity is left alone, doubling to 30. Default: 5."""

    max_nodes_total: int = setting(default=0, minimum=0, safeguard=True)
    """Nodes of the whole cluster beyond which no pool grows; 0 = none. Default: 0."""

    skip_nodes_with_system_pods: bool = True
    """Keep a node that runs pods of kube-system without a disruption budget. Default: true."""

    skip_nodes_with_local_storage: bool = True
    """Keep a node whose pods use emptyDir or hostPath volumes. Default: true."""

    skip_nodes_with_custom_controller_pods: bool = True
    """Keep a node whose pods belong to controllers of other kinds than Kubernetes' own. Default: true."""

    min_replica_count: int = setting(default=0, minimum=0, safeguard=True)
    """Replicas that a ReplicaSet or ReplicationController must have for its pods to be moved. Default: 0."""

    system_pod_disruption_seconds: float = setting(default=3600, minimum=0)
    """Age in seconds from which a kube-system pod without a budget may be moved all the same. Default: 3600."""

    ignore_daemonsets_utilization: bool = False
    """Leave DaemonSet pods out of a node's utilisation. Default: false."""

    expendable_pods_priority_cutoff: int = -10
    """Pods of lower priority never cause a node to be bought or kept. `fn config` takes no value that begins with a
    hyphen: write `minus 20`. Default: -10."""

    kubernetes_endpoint: Literal["private", "public"] = "private"
    """Which address of the API server is called. Default: private."""

    startup_taints: tuple[str, ...] = setting(default=(), parse=_taint_keys)
    """Taints that go by themselves once a node has started, separated by commas: keys, or prefixes that end in `*` or
    `/`. A young node with one of them counts as coming. Cluster Autoscaler's own prefixes, and taints that older nodes
    of the pool lack, need not be named. Default: none."""

    dry_run: bool = setting(default=False, safeguard=True)
    """Decide and answer, but change nothing. Default: false."""

    enforce_min_size: bool | None = None
    """Grow a pool that is below its minimum size to it, pods or not. Default: true with `node_pools`; false with
    `node_pool_id`, where the minimum has always been the size that a pool is not shrunk below, and where operators may
    have made a pool smaller by hand."""

    schedules: tuple[SizeSchedule, ...] = setting(default=(), parse=parse_schedules)
    """JSON list `[{"schedule": "0 7 * * mon-fri", "duration": "12h", "timezone": "Europe/Zurich", "min_size": 4,
    "max_size": 30}]` of windows in which other sizes hold than `node_pool_min_size` and `node_pool_max_size`, for the
    pools of `node_pool_id`; in `node_pools` each entry has its own. The first open window counts. With
    `enforce_min_size` a pool grows as a window opens. None ever shrinks at once: when a maximum falls below the size,
    the pool takes no more nodes and idle ones go by the usual rules, since pods that run were placed by a rule that
    held then. Default: none."""

    disruption_budget: tuple[DisruptionBudget, ...] = setting(default=(), parse=read_budgets, safeguard=True)
    """Nodes of a pool that may be on their way out at a time, nodes that are not ready among them: `10%` (rounded up),
    `2`, or a JSON list such as `[{"nodes": "0", "schedule": "0 9 * * mon-fri", "duration": "8h", "timezone":
    "Europe/Zurich"}]`, of which the most restrictive entry in force holds; where none is, the default does. Default:
    10%."""

    scheduler_names: tuple[str, ...] = setting(default=("default-scheduler",), parse=_scheduler_names)
    """Schedulers, separated by commas, whose pods are bought for as soon as they wait. A pod of another scheduler is
    left to it until it has the condition Unschedulable. Default: default-scheduler."""

    def check(self) -> dict[str, str]:
        """Faults that concern several keys."""
        if self.node_pools:
            return self._faults_beside_node_pools()
        if self.node_pool_tag:
            both = "give either node_pool_tag or node_pool_id, not both"
            return {"node_pool_id": both} if self.node_pool_id else {}
        faults = {}
        if not self.node_pool_id:
            faults["node_pool_id"] = "is not set, nor is node_pools"
        elif len(set(self.node_pool_id)) < len(self.node_pool_id):
            faults["node_pool_id"] = "names a pool twice"
        for key in ("node_pool_min_size", "node_pool_max_size"):
            if getattr(self, key) is None:
                faults[key] = "is not set"
        if not faults and (self.node_pool_max_size or 0) < (self.node_pool_min_size or 0):
            faults["node_pool_max_size"] = f"is {self.node_pool_max_size}, below node_pool_min_size"
        if not faults and (fault := find_reversed_bounds(self.schedules, *self._bounds)):
            faults["schedules"] = fault
        return faults

    def _faults_beside_node_pools(self) -> dict[str, str]:
        faults = {}
        if self.node_pool_id:
            faults["node_pool_id"] = "give either node_pools or node_pool_id, not both"
        if self.node_pool_tag:
            faults["node_pool_tag"] = "give either node_pools or node_pool_tag, not both"
        if self.schedules:
            faults["schedules"] = "give it in the entries of node_pools"
        return faults

    @property
    def _bounds(self) -> tuple[int, int]:
        """Minimum and maximum of the pools of `node_pool_id`."""
        return self.node_pool_min_size or 0, NO_LIMIT if self.node_pool_max_size is None else self.node_pool_max_size

    @cached_property
    def pools(self) -> tuple[PoolSettings, ...]:
        """The managed pools in the order given, whichever keys named them."""
        if self.node_pools:
            return self.node_pools
        return tuple(PoolSettings(ocid, *self._bounds, schedules=self.schedules) for ocid in self.node_pool_id)

    def pools_at(self, now: float) -> tuple[PoolSettings, ...]:
        """Return the managed pools with the bounds that hold at ``now`` (Unix seconds)."""
        return tuple(pool.at(now) for pool in self.pools)

    def thresholds(self, pool: PoolSettings) -> Thresholds:
        """Return when a node of the pool may go."""
        own, common = pool, self
        return Thresholds(
            _first(own.node_utilization_percent, common.node_utilization_percent),
            _first(own.unneeded_minutes, common.unneeded_minutes),
            _first(own.unready_minutes, common.unready_minutes),
            _first(own.eval_cpu_load, common.node_pool_eval_cpu_load),
            _first(own.eval_ram_load, common.node_pool_eval_ram_load),
        )

    @property
    def enforces_min_size(self) -> bool:
        """Whether a pool below its minimum size grows to it."""
        return not self.node_pool_id if self.enforce_min_size is None else self.enforce_min_size

    @cached_property
    def reads_cpu_load(self) -> bool:
        """Whether the CPU load of some pool matters."""
        return any(self.thresholds(pool).cpu_load > 0 for pool in self.pools or (NO_POOL,))

    @cached_property
    def reads_ram_load(self) -> bool:
        """Whether the memory load of some pool matters."""
        return any(self.thresholds(pool).ram_load > 0 for pool in self.pools or (NO_POOL,))

    @property
    def scale_down_on(self) -> bool:
        """Whether nodes of some pool may be removed at all: one of its two loads is above 0."""
        return self.reads_cpu_load or self.reads_ram_load


def _first(own: float | None, common: float) -> float:
    return common if own is None else own
