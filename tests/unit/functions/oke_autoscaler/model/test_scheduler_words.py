"""The scheduler's words of Kubernetes 1.33 to 1.36, and what they mean for buying a node."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.model.kubernetes_objects import Condition, Pod, PodMetadata, PodStatus
from functions.oke_autoscaler.model.scheduler_words import MAX_WORDS, Help, find_refusal, help_for, in_short, reasons_in

NOT_HELPFUL = "preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."
NO_VICTIMS = "preemption: 0/4 nodes are available: 4 No preemption victims found for incoming pod."
WORDS = [
    # (what stands before the colon is always the same, the reasons, what follows them, whether a node helps)
    ("1 Insufficient cpu, 3 Insufficient memory.", NO_VICTIMS, Help.NEW_NODE),
    ("4 Too many pods.", NO_VICTIMS, Help.NEW_NODE),
    ("4 node(s) exceed max volume count.", NO_VICTIMS, Help.NEW_NODE),
    ("1 node(s) exceed max volume count, 3 node(s) had volume node affinity conflict.", NOT_HELPFUL, Help.NEW_NODE),
    ("4 node(s) didn't have free ports for the requested pod ports.", NO_VICTIMS, Help.NEW_NODE),
    ("4 node(s) didn't match pod anti-affinity rules.", NO_VICTIMS, Help.NEW_NODE),
    ("4 node(s) didn't satisfy existing pods anti-affinity rules.", NO_VICTIMS, Help.NEW_NODE),
    ("4 node(s) didn't match pod topology spread constraints.", NO_VICTIMS, Help.NEW_NODE),
    ("4 node(s) didn't match pod affinity rules.", NOT_HELPFUL, Help.NEW_NODE),
    ("4 node(s) were unschedulable.", NOT_HELPFUL, Help.NEW_NODE),
    ("4 node(s) did not have enough free storage.", NOT_HELPFUL, Help.NEW_NODE),
    ("1 Insufficient nvidia.com/gpu, 3 node(s) had untolerated taint {a: b}.", NOT_HELPFUL, Help.NEW_NODE),
    ("1 Insufficient cpu, 3 node(s) had untolerated taint(s).", NOT_HELPFUL, Help.NEW_NODE),
    ("4 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.", NOT_HELPFUL, Help.UNKNOWN),
    ("4 node(s) didn't match Pod's node affinity/selector.", NOT_HELPFUL, Help.UNKNOWN),
    ("4 node(s) had volume node affinity conflict.", NOT_HELPFUL, Help.UNKNOWN),
    ("4 node(s) didn't find available persistent volumes to bind.", NOT_HELPFUL, Help.UNKNOWN),
    ("4 cannot allocate all claims.", f"still not schedulable, {NOT_HELPFUL}", Help.UNKNOWN),
    ("4 blockvolume.csi.oraclecloud.com CSI driver is not installed on the node.", NOT_HELPFUL, Help.UNKNOWN),
    ("4 node declared features check failed - unsatisfied requirements: x.", NOT_HELPFUL, Help.UNKNOWN),
    ("pod has unbound immediate PersistentVolumeClaims.", NOT_HELPFUL, Help.NO_NODE),
    ('persistentvolumeclaim "a.b" not found.', NOT_HELPFUL, Help.NO_NODE),
    ('persistentvolumeclaim "a" is being deleted.', NOT_HELPFUL, Help.NO_NODE),
    ('persistentvolumeclaim "a" bound to non-existent persistentvolume "v".', NOT_HELPFUL, Help.NO_NODE),
    (
        'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v".',
        NOT_HELPFUL,
        Help.NO_NODE,
    ),
    ("4 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).", NOT_HELPFUL, Help.NO_NODE),
    (
        "1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.",
        NO_VICTIMS,
        Help.NO_NODE,
    ),
    ('waiting for dynamic resource controller to create the resourceclaim "x" for pod "p".', NOT_HELPFUL, Help.NO_NODE),
    ('resourceclaim "gone" not found.', f"no new claims to deallocate, {NOT_HELPFUL}", Help.NO_NODE),
    ("resourceclaim in use.", f"still not schedulable, {NOT_HELPFUL}", Help.NO_NODE),
    ("request gpu: device class none does not exist.", f"still not schedulable, {NOT_HELPFUL}", Help.NO_NODE),
]


@pytest.mark.parametrize(("reasons", "after", "helps"), WORDS)
def test_the_words_of_the_filters(reasons: str, after: str, helps: Help) -> None:
    for ending in ("", f" {after}", f" no new claims to deallocate, {after}"):
        message = f"0/4 nodes are available: {reasons}{ending}"
        assert help_for(message) is helps, message
        assert in_short(message) == f"0/4 nodes are available: {reasons.removesuffix('.')}"


@pytest.mark.parametrize(
    ("message", "helps"),
    [
        ("no nodes available to schedule pods", Help.NEW_NODE),
        ("0/3 nodes are available", Help.UNKNOWN),
        ("", Help.UNKNOWN),
        ("pod group is not ready, 1 Pending, 3 minAvailable; Pending: 1 Unschedulable", Help.UNKNOWN),
        ("0/0 nodes are available: .", Help.UNKNOWN),
    ],
)
def test_other_words(message: str, helps: Help) -> None:
    assert help_for(message) is helps


def test_each_reason_is_found_without_its_number() -> None:
    message = "0/9 nodes are available: 2 node(s) had untolerated taint {a: b, c}, 7 Insufficient cpu. preemption: x."
    assert reasons_in(message) == ["node(s) had untolerated taint {a: b, c}", "Insufficient cpu"]


def test_what_preemption_found_is_no_reason() -> None:
    message = (
        "0/1 nodes are available: 1 cannot allocate all claims. preemption: 0/1 nodes are available: 1 Insufficient x."
    )
    assert help_for(message) is Help.UNKNOWN


def test_long_words_are_cut() -> None:
    assert len(in_short("0/1 nodes are available: 1 " + "x" * 2000)) == MAX_WORDS
    assert in_short("  ") == "no reason given"


def test_only_unschedulable_is_a_refusal() -> None:
    def refusal(*condition: str) -> Condition | None:
        return find_refusal(Pod(PodMetadata("p"), status=PodStatus(conditions=[Condition(*condition)])))

    assert refusal("PodScheduled", "False", "Unschedulable") is not None
    assert refusal("PodScheduled", "False", "SchedulingGated") is None
    assert refusal("PodScheduled", "False", "SchedulerError") is None
    assert refusal("PodScheduled", "True", "Unschedulable") is None
    assert refusal("Ready", "False", "Unschedulable") is None
    assert find_refusal(Pod(PodMetadata("p"))) is None
