"""What a node says of itself."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.model.kubernetes_objects import Condition, Metadata, Node, NodeSpec, NodeStatus, Taint
from functions.oke_autoscaler.model.nodes import (
    DELETION_CANDIDATE,
    MAX_TIME_DIGITS,
    annotation,
    find_taint,
    has_taint,
    instance_id,
    is_ready,
    ready_since,
    taint_time,
)


def node(*taints: Taint, **spec: str) -> Node:
    return Node(metadata=Metadata(name="n"), spec=NodeSpec(taints=list(taints), **spec))  # type: ignore[arg-type]


def candidate(value: str | None) -> Node:
    return node(Taint(key=DELETION_CANDIDATE, value=value, effect="PreferNoSchedule"))


def with_ready(status: str, since: str | None = "2026-01-01T00:00:00Z", *taints: str) -> Node:
    made = node(*(Taint(key=key, effect="NoSchedule") for key in taints))
    made.status = NodeStatus(conditions=[Condition("Ready", status, last_transition_time=since)])
    return made


@pytest.mark.parametrize(("provider", "ocid"), [("oci://ocid1.x", "ocid1.x"), ("ocid1.x", "ocid1.x"), ("", "")])
def test_an_instance_is_named_with_or_without_the_prefix_of_its_provider(provider: str, ocid: str) -> None:
    assert instance_id(node(provider_id=provider)) == ocid


def test_a_node_is_ready_by_its_condition_and_only_without_startup_taints() -> None:
    assert is_ready(with_ready("True"))
    assert not is_ready(with_ready("False"))
    assert not is_ready(with_ready("Unknown"))
    assert not is_ready(with_ready("True", None, "startup-taint.cluster-autoscaler.kubernetes.io/gpu"))
    assert is_ready(node())


def test_since_when_a_node_is_ready_is_known_only_while_it_is() -> None:
    assert ready_since(with_ready("True")) == 1_767_225_600
    assert ready_since(with_ready("True", None)) is None
    assert ready_since(with_ready("False")) is None


def test_whole_seconds_in_a_taint_are_a_time() -> None:
    assert taint_time(candidate("1767225600"), DELETION_CANDIDATE) == 1_767_225_600
    assert taint_time(candidate("9" * MAX_TIME_DIGITS), DELETION_CANDIDATE) == 10**MAX_TIME_DIGITS - 1


@pytest.mark.parametrize("value", [None, "", "nan", "inf", "1e3", "-5", "1.5", " 1", "soon", "٣", "9" * 13])
def test_anything_else_in_a_taint_is_no_time_though_the_taint_is_there(value: str | None) -> None:
    assert taint_time(candidate(value), DELETION_CANDIDATE) is None
    assert has_taint(candidate(value), DELETION_CANDIDATE)


def test_a_taint_and_an_annotation_are_found_by_key() -> None:
    assert find_taint(candidate("1"), "other") is None
    assert taint_time(node(), DELETION_CANDIDATE) is None
    assert annotation(node(), "key") is None
    made = Node(metadata=Metadata(name="n", annotations={"key": ""}))
    assert annotation(made, "key") == ""
