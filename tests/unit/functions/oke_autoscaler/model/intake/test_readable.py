"""What a decision cannot count with is left out of an object, and the object says so."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.model.intake.readable import check
from functions.oke_autoscaler.model.kubernetes_objects import (
    Affinity,
    Condition,
    Container,
    LabelSelector,
    Listed,
    Metadata,
    Node,
    NodeAffinity,
    NodeSelector,
    NodeSelectorTerm,
    NodeStatus,
    Pod,
    PodAffinity,
    PodAffinityTerm,
    PodMetadata,
    PodSpec,
    Requirement,
    Resources,
    TopologySpreadConstraint,
)
from functions.oke_autoscaler.model.oci_objects import (
    BudgetSpec,
    BudgetStatus,
    Owner,
    OwnerSpec,
    PodDisruptionBudget,
    PodTemplate,
    WorkRequest,
)
from functions.oke_autoscaler.model.pod_requests import pod_requests
from functions.oke_autoscaler.model.storage_objects import (
    ClaimSpec,
    PersistentVolume,
    PersistentVolumeClaim,
    VolumeNodeAffinity,
    VolumeSpec,
)

NODE = Metadata(name="n")
POD = PodMetadata(name="p", namespace="team")
ODD = LabelSelector(match_expressions=[Requirement("a", "Exists"), Requirement("a", "Resembles", ["b"])])
ODD_NODES = NodeSelector([NodeSelectorTerm(match_fields=[Requirement("metadata.name", "Near", ["n"])])])


def spec(quantity: str) -> PodSpec:
    return PodSpec(containers=[Container(), Container(resources=Resources({"cpu": quantity, "memory": "1Gi"}))])


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (Node(NODE, status=NodeStatus(allocatable={"cpu": "four"})), "Node n, status.allocatable.cpu, 'four'"),
        (Node(NODE, status=NodeStatus(capacity={"memory": "-1"})), "Node n, status.capacity.memory, '-1'"),
        (
            Node(NODE, status=NodeStatus(conditions=[Condition("Ready", "True", last_transition_time="noon")])),
            "Node n, status.conditions[0].lastTransitionTime, 'noon'",
        ),
        (Node(Metadata(name="n", creation_timestamp="")), "Node n, metadata.creationTimestamp, ''"),
        (Pod(POD, spec("1E300")), "Pod team/p, spec.containers[1].resources.requests.cpu, '1E300'"),
        (Pod(POD, spec("-1")), "Pod team/p, spec.containers[1].resources.requests.cpu, '-1'"),
        (
            Pod(POD, PodSpec(init_containers=spec("?").containers)),
            "Pod team/p, spec.initContainers[1].resources.requests.cpu, '?'",
        ),
        (Pod(POD, PodSpec(overhead={"cpu": "x"})), "Pod team/p, spec.overhead.cpu, 'x'"),
        (Pod(POD, PodSpec(resources=Resources({"cpu": "x"}))), "Pod team/p, spec.resources.requests.cpu, 'x'"),
        (Pod(PodMetadata("p", deletion_timestamp="soon")), "Pod default/p, metadata.deletionTimestamp, 'soon'"),
        (Pod(PodMetadata("p", creation_timestamp="then")), "Pod default/p, metadata.creationTimestamp, 'then'"),
        (
            Pod(POD, PodSpec(affinity=Affinity(NodeAffinity(ODD_NODES)))),
            "Pod team/p, spec.affinity.nodeAffinity.nodeSelectorTerms[0].matchFields[0].operator, 'Near'",
        ),
        (
            Pod(POD, PodSpec(affinity=Affinity(pod_anti_affinity=PodAffinity([PodAffinityTerm("zone", ODD)])))),
            "Pod team/p, spec.affinity.podAntiAffinity[0].labelSelector.matchExpressions[1].operator, 'Resembles'",
        ),
        (
            Pod(POD, PodSpec(topology_spread_constraints=[TopologySpreadConstraint("zone", label_selector=ODD)])),
            "Pod team/p, spec.topologySpreadConstraints[0].labelSelector.matchExpressions[1].operator, 'Resembles'",
        ),
        (
            Owner(Metadata("d", "team"), kind="DaemonSet", spec=OwnerSpec(template=PodTemplate(spec=spec("9e999")))),
            "DaemonSet team/d, spec.template.spec.containers[1].resources.requests.cpu, '9e999'",
        ),
        (
            PersistentVolume(Metadata("v"), spec=VolumeSpec(VolumeNodeAffinity(ODD_NODES))),
            "PersistentVolume v, spec.nodeAffinity.required.nodeSelectorTerms[0].matchFields[0].operator, 'Near'",
        ),
        (
            PersistentVolume(Metadata("v"), spec=VolumeSpec(capacity={"storage": "big"})),
            "PersistentVolume v, spec.capacity.storage, 'big'",
        ),
        (
            PersistentVolumeClaim(Metadata("c", "team"), ClaimSpec(resources=Resources({"storage": "-1Gi"}))),
            "PersistentVolumeClaim team/c, spec.resources.requests.storage, '-1Gi'",
        ),
        (WorkRequest("w", time_accepted="today"), "WorkRequest w, timeAccepted, 'today'"),
        (WorkRequest("w", time_finished="yesterday"), "WorkRequest w, timeFinished, 'yesterday'"),
    ],
)
def test_what_cannot_be_read_is_named(item: Listed, text: str) -> None:
    check(item)
    assert item.unreadable is not None
    assert item.unreadable.text.rpartition(": ")[0] == text
    before = item.unreadable
    check(item)
    assert item.unreadable is before


def test_the_rest_of_a_pod_counts() -> None:
    pod = Pod(POD, spec("1E300"))
    check(pod)
    assert pod_requests(pod.spec) == {"memory": 1 << 30}


def test_a_budget_that_nobody_can_read_selects_its_namespace_and_allows_nothing() -> None:
    budget = PodDisruptionBudget(Metadata("b", "team"), spec=BudgetSpec(ODD), status=BudgetStatus(3))
    check(budget)
    assert budget.unreadable is not None
    assert budget.spec.selector is not None
    assert (budget.spec.selector.match_expressions, budget.status.disruptions_allowed) == (None, 0)


@pytest.mark.parametrize(
    "item",
    [
        Node(NODE, status=NodeStatus(allocatable={"cpu": "3900m", "memory": "7Gi", "pods": 110})),
        Pod(POD, spec("1e003")),
        Pod(POD, PodSpec(affinity=Affinity(), overhead={})),
        PodDisruptionBudget(Metadata("b"), spec=BudgetSpec(LabelSelector())),
        PersistentVolume(Metadata("v"), spec=VolumeSpec(VolumeNodeAffinity())),
        Owner(Metadata("o")),
        WorkRequest("w", time_accepted="2026-01-01T00:00:00Z"),
    ],
)
def test_what_can_be_read_is_not_marked(item: Listed) -> None:
    check(item)
    assert item.unreadable is None
