"""Which node belongs to which pool, what is coming, and who may grow."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.cluster.pools import Pools, PoolStatus
from functions.oke_autoscaler.model.kubernetes_objects import Condition, Metadata, Node, NodeSpec, NodeStatus
from functions.oke_autoscaler.model.nodes import NODE_POOL_ID
from functions.oke_autoscaler.model.oci_objects import NodeConfig, NodePool, OkeNode, WorkRequest, WorkResource
from functions.oke_autoscaler.model.snapshot import Snapshot
from functions.oke_autoscaler.pool_settings import PoolSettings
from functions.oke_autoscaler.settings import Settings

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
SETTINGS = Settings(cluster_id="c", node_pools=(PoolSettings("p", 0, 4),), backoff_minutes=5)


def work(status: str, ended: str | None = None) -> WorkRequest:
    return WorkRequest(status=status, resources=[WorkResource("p")], time_accepted=ended, time_finished=ended)


def status(
    size: int, listed: list[OkeNode], nodes: list[Node] | None = None, requests: list[WorkRequest] | None = None
) -> PoolStatus:
    pool = NodePool(id="p", name="p", lifecycle_state="ACTIVE", node_config_details=NodeConfig(size), nodes=listed)
    return Pools(Snapshot([pool], nodes or [], [], work_requests=requests), SETTINGS, NOW, {}).statuses[0]


def listed(name: str, state: str = "ACTIVE") -> OkeNode:
    return OkeNode(id=name, lifecycle_state=state)


def registered(name: str, since: str = "2025-12-31T00:00:00Z", **annotations: str) -> Node:
    ready = NodeStatus({"cpu": "1"}, None, [Condition("Ready", "True", None, since)])
    notes = {NODE_POOL_ID: annotations["pool"]} if annotations else None
    return Node(Metadata(name, annotations=notes), NodeSpec(provider_id=name), ready)


def test_a_node_is_of_the_pool_that_lists_it_or_that_its_annotation_names() -> None:
    nodes = [registered("a"), registered("b", pool="p"), registered("c"), registered("d", pool="q")]
    assert [node.metadata.name for node in status(2, [listed("a")], nodes, []).nodes] == ["a", "b"]


@pytest.mark.parametrize(
    ("state", "requests", "phase"),
    [("ACTIVE", [], "ready"), ("CREATING", [], "updating"), ("DELETING", [], "updating"), ("FAILED", [], "ready")],
)
def test_a_node_that_oke_works_on_makes_the_pool_updating(state: str, requests: list[WorkRequest], phase: str) -> None:
    assert status(1, [listed("a", state)], [], requests).phase == phase


def test_a_pool_with_a_young_ready_node_is_stabilizing() -> None:
    for since, phase in (("2025-12-31T23:58:00Z", "stabilizing"), ("2025-12-31T23:57:00Z", "ready")):
        assert status(1, [listed("a")], [registered("a", since)], []).phase == phase


def test_nodes_asked_for_are_coming_until_they_register() -> None:
    found = status(3, [listed("a"), listed("b", "CREATING")], [registered("a")], [work("IN_PROGRESS")])
    assert [node and node.id for node in found.upcoming] == ["b", None]
    assert found.max_new_nodes == 1


@pytest.mark.parametrize(
    ("failures", "minutes", "refused"),
    [(1, 4, True), (1, 6, False), (2, 9, True), (2, 11, False), (4, 29, True), (9, 31, False)],
)
def test_a_failed_resize_keeps_the_pool_back_twice_as_long_each_time(
    failures: int, minutes: int, *, refused: bool
) -> None:
    ended = f"2025-12-31T23:{60 - minutes:02}:00Z"
    found = status(1, [listed("a")], [registered("a")], [work("FAILED", ended)] * failures)
    assert bool(found.refused) is refused
