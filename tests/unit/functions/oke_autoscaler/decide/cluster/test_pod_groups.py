"""Pods that no rule tells apart are one group, and all others are not."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroups, selector_keys
from functions.oke_autoscaler.model.kubernetes_objects import (
    Affinity,
    Container,
    ContainerPort,
    LabelSelector,
    Pod,
    PodAffinity,
    PodAffinityTerm,
    PodMetadata,
    PodSpec,
    Requirement,
    Resources,
    Toleration,
)
from functions.oke_autoscaler.model.oci_objects import Metadata, PriorityClass
from functions.oke_autoscaler.model.snapshot import Snapshot


def pod(name: str, labels: dict[str, str] | None = None, cpu: str = "1", **spec: object) -> Pod:
    meta = {key: spec.pop(key) for key in ("namespace", "deletion_timestamp") if key in spec}
    containers = [Container(Resources({"cpu": cpu}), spec.pop("ports", None), None)]  # type: ignore[arg-type]
    made = PodSpec(containers=containers, **spec)  # type: ignore[arg-type]
    return Pod(PodMetadata(name=name, labels=labels, **meta), made)  # type: ignore[arg-type]


def groups(*pods: Pod, classes: list[PriorityClass] | None = None) -> list[int]:
    made = PodGroups(Snapshot(None, [], pods, priority_classes=classes or ()))
    return [made.of(each).ident for each in pods]


def test_equal_pods_are_one_group_whatever_their_names_and_unasked_labels() -> None:
    assert groups(pod("a", {"app": "x"}), pod("b", {"app": "y"}), pod("c")) == [0, 0, 0]


def test_a_label_that_a_selector_asks_for_tells_pods_apart() -> None:
    term = PodAffinityTerm("zone", LabelSelector({"app": "x"}))
    asker = pod("asker", affinity=Affinity(pod_anti_affinity=PodAffinity([term])))
    assert groups(asker, pod("a", {"app": "x"}), pod("b", {"app": "y"}), pod("c", {"app": "x", "other": "1"})) == [
        0,
        1,
        2,
        1,
    ]


@pytest.mark.parametrize(
    "other",
    [
        pod("b", cpu="2"),
        pod("b", namespace="elsewhere"),
        pod("b", node_selector={"name": "web"}),
        pod("b", tolerations=[Toleration(key="gpu", operator="Exists")]),
        pod("b", priority=7),
        pod("b", deletion_timestamp="2026-01-01T00:00:00Z"),
    ],
    ids=["requests", "namespace", "selector", "tolerations", "priority", "leaving"],
)
def test_what_the_scheduler_looks_at_tells_pods_apart(other: Pod) -> None:
    assert groups(pod("a"), other) == [0, 1]


def test_a_priority_comes_from_its_class_or_from_the_default_one() -> None:
    classes = [PriorityClass(Metadata(name="high"), 9), PriorityClass(Metadata(name="usual"), 3, global_default=True)]
    pods = (pod("a", priority_class_name="high"), pod("b"), pod("c", priority=1))
    made = PodGroups(Snapshot(None, [], pods, priority_classes=classes))
    assert [made.of(each).priority for each in pods] == [9, 3, 1]


def test_host_ports_are_those_of_all_addresses_where_none_is_given() -> None:
    ports = [ContainerPort(80), ContainerPort(None), ContainerPort(53, "10.0.0.1", "UDP")]
    one = pod("a", ports=ports)
    found = PodGroups(Snapshot(None, [], [one])).of(one).scheduling.ports
    assert found == {("0.0.0.0", "TCP", 80), ("10.0.0.1", "UDP", 53)}  # noqa: S104  (of a pod)


def test_the_keys_of_a_selector() -> None:
    assert selector_keys(LabelSelector({"a": "1"}, [Requirement("b", "Exists")])) == {"a", "b"}
    assert selector_keys(None) == set()
