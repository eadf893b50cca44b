"""What a pod says of itself."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.model.kubernetes_objects import (
    OwnerReference,
    Pod,
    PodAnnotations,
    PodMetadata,
    PodSpec,
    PodStatus,
)
from functions.oke_autoscaler.model.pods import (
    asks_for_eviction,
    controller_of,
    is_daemon,
    is_long_terminating,
    is_mirror,
    is_terminal,
    safe_to_evict,
    volumes_safe_to_lose,
)

NOW = 1_767_225_600.0


def pod(**meta: object) -> Pod:
    return Pod(metadata=PodMetadata(name="p", **meta))  # type: ignore[arg-type]


def annotated(**annotations: str) -> Pod:
    return pod(annotations=PodAnnotations(**annotations))


def test_only_the_owner_that_controls_counts() -> None:
    owners = [OwnerReference("Job", "a"), OwnerReference("ReplicaSet", "b", controller=True)]
    found = controller_of(pod(owner_references=owners))
    assert found is not None
    assert found.name == "b"
    assert controller_of(pod()) is None


def test_a_daemon_is_a_pod_of_a_daemon_set_or_one_annotated_so() -> None:
    assert is_daemon(pod(owner_references=[OwnerReference("DaemonSet", "d", controller=True)]))
    assert not is_daemon(pod(owner_references=[OwnerReference("DaemonSet", "d")]))
    assert is_daemon(annotated(daemonset_pod="true"))
    assert not is_daemon(annotated(daemonset_pod="false"))


def test_annotations_are_read_as_they_stand() -> None:
    assert is_mirror(annotated(mirror=""))
    assert not is_mirror(pod())
    assert asks_for_eviction(annotated(enable_ds_eviction="true"))
    assert not asks_for_eviction(annotated(enable_ds_eviction="True"))
    assert safe_to_evict(annotated(safe_to_evict="on-completion")) == "on-completion"
    assert safe_to_evict(pod()) is None
    assert volumes_safe_to_lose(annotated(safe_to_evict_local_volumes="a, b")) == ["a", " b"]
    assert volumes_safe_to_lose(annotated(safe_to_evict_local_volumes="")) == []


@pytest.mark.parametrize(
    ("grace", "age", "expected"), [(None, 60, False), (None, 61, True), (0, 31, True), (90, 61, False)]
)
def test_a_pod_is_long_terminating_half_a_minute_after_its_grace(
    grace: int | None, age: int, *, expected: bool
) -> None:
    made = pod(deletion_timestamp="2026-01-01T00:00:00Z")
    made.spec = PodSpec(termination_grace_period_seconds=grace)
    assert is_long_terminating(made, NOW + age) is expected
    assert not is_long_terminating(pod(), NOW + age)


@pytest.mark.parametrize(
    ("phase", "policy", "expected"),
    [
        ("Failed", "Always", True),
        ("Succeeded", "Never", True),
        ("Succeeded", "Always", False),
        ("Running", "Never", False),
    ],
)
def test_a_terminal_pod_will_not_run_again(phase: str, policy: str, *, expected: bool) -> None:
    made = Pod(metadata=PodMetadata(name="p"), spec=PodSpec(restart_policy=policy), status=PodStatus(phase=phase))
    assert is_terminal(made) is expected
