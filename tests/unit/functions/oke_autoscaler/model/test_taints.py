"""The merge patches by which a tick keeps its memory on a node."""

from __future__ import annotations

from functions.oke_autoscaler.model import taints
from functions.oke_autoscaler.model.kubernetes_objects import Metadata, Node, NodeSpec, Taint
from functions.oke_autoscaler.model.nodes import CORDONED, DELETION_CANDIDATE, TO_BE_DELETED

NOW = 1_767_225_600.5
OTHER = Taint(key="other", effect="NoSchedule", time_added="t")


def node(*keys: str, reason: str | None = None) -> Node:
    annotations = {taints.REASON: reason} if reason else None
    given = [OTHER, *(Taint(key=key, value="1", effect="NoSchedule") for key in keys)]
    return Node(Metadata("n", resource_version="7", annotations=annotations), NodeSpec(taints=given))


def keys(patch: taints.Patch) -> list[str]:
    return [taint["key"] for taint in patch["spec"]["taints"]]


def test_a_removal_begins_with_taint_cordon_and_reason_and_keeps_the_candidates_time() -> None:
    patch = taints.begin_removal(node(DELETION_CANDIDATE, TO_BE_DELETED), NOW, "cpu")
    assert keys(patch) == ["other", DELETION_CANDIDATE, TO_BE_DELETED]
    assert patch["spec"]["taints"][-1] == {"key": TO_BE_DELETED, "value": "1767225600", "effect": "NoSchedule"}
    assert (patch["spec"]["unschedulable"], patch["metadata"]["annotations"]) == (True, {taints.REASON: "cpu"})


def test_a_patch_meets_only_the_node_that_was_read_and_keeps_the_taints_of_others() -> None:
    patch = taints.unmark_unneeded(node(DELETION_CANDIDATE))
    assert patch["metadata"] == {"resourceVersion": "7"}
    assert patch["spec"] == {"taints": [{"key": "other", "effect": "NoSchedule", "timeAdded": "t"}]}


def test_a_cordon_of_others_stays() -> None:
    before = node(TO_BE_DELETED, CORDONED)
    assert keys(taints.end_removal(before, uncordon=False)) == ["other", CORDONED]
    assert "unschedulable" not in taints.end_removal(before, uncordon=False)["spec"]
    ours = taints.end_removal(before, uncordon=True)
    assert (keys(ours), ours["spec"]["unschedulable"]) == (["other"], None)


def test_a_removal_that_is_given_up_leaves_the_node_alone_for_a_while() -> None:
    patch = taints.give_up_removal(node(TO_BE_DELETED, CORDONED), NOW + 60)
    candidate = {"key": DELETION_CANDIDATE, "value": "1767225660", "effect": "PreferNoSchedule"}
    assert patch["spec"]["taints"][1:] == [candidate]
    assert patch["metadata"]["annotations"] == {taints.REASON: None}


def test_a_node_is_marked_once() -> None:
    assert keys(taints.mark_unneeded(node(DELETION_CANDIDATE), NOW)) == ["other", DELETION_CANDIDATE]


def test_a_reason_that_is_none_of_ours_is_unneeded() -> None:
    assert [taints.removal_reason(node(reason=noted)) for noted in ("cpu+ram", "", "else")] == [
        "cpu+ram",
        "unneeded",
        "unneeded",
    ]
