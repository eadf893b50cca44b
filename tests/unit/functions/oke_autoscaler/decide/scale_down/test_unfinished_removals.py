"""What the taints of a node mean to the next tick, row by row."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.scale_down.unfinished_removals import (
    NextStep,
    UnfinishedRemoval,
    find_unfinished_removals,
    without_removal,
)
from functions.oke_autoscaler.model import taints
from functions.oke_autoscaler.model.decision import NodeVerdict
from functions.oke_autoscaler.model.kubernetes_objects import Metadata, Node, NodeSpec, Pod, PodMetadata, PodSpec, Taint
from functions.oke_autoscaler.model.nodes import CORDONED, DELETION_CANDIDATE, TO_BE_DELETED, taint_time
from functions.oke_autoscaler.model.oci_objects import NodePool, OkeNode
from functions.oke_autoscaler.model.snapshot import Snapshot
from functions.oke_autoscaler.model.tick_state import DrainRecord, TickState

NOW = 1_767_225_600.0
TIMEOUT = 900.0
OTHER = Taint(key="team", value="a", effect="NoExecute", time_added="2026-01-01T00:00:00Z")


def node(
    *keys: tuple[str, str], cordoned: bool = True, annotations: dict[str, str] | None = None, provider: str = "i-1"
) -> Node:
    listed = [OTHER, *(Taint(key=key, value=value, effect="NoSchedule") for key, value in keys)]
    spec = NodeSpec(provider_id=provider, taints=listed, unschedulable=cordoned or None)
    return Node(metadata=Metadata(name="n1", resource_version="7", annotations=annotations), spec=spec)


def being_deleted(age: float = 60.0, **more: object) -> Node:
    return node((TO_BE_DELETED, str(int(NOW - age))), **more)  # type: ignore[arg-type]


def pool(state: str | None = "ACTIVE", instance: str | None = "i-1") -> NodePool:
    return NodePool(id="p", name="p", nodes=[OkeNode(id=instance, lifecycle_state=state)])


def pod(name: str, *, leaving: bool = False, where: str = "n1") -> Pod:
    gone = "2026-01-01T00:00:00Z" if leaving else None
    return Pod(
        metadata=PodMetadata(name=name, uid=f"uid-{name}", deletion_timestamp=gone), spec=PodSpec(node_name=where)
    )


def only(
    pods: list[Pod],
    host: Node,
    of: NodePool | None = None,
    verdict: NodeVerdict | None = None,
    drain: DrainRecord | None = None,
) -> UnfinishedRemoval | None:
    verdicts = {"n1": verdict} if verdict else {}
    snapshot = Snapshot([of or pool()], [host], pods, state=TickState(drains={"n1": drain} if drain else {}))
    found = find_unfinished_removals(snapshot, verdicts, NOW, TIMEOUT)
    return found[0] if found else None


def step(
    pods: list[Pod], host: Node, of: NodePool | None = None, verdict: NodeVerdict | None = None
) -> NextStep | None:
    removal = only(pods, host, of, verdict)
    return removal.next_step if removal else None


DAEMON = NodeVerdict(node="n1", removable=True, daemonset=["default/proxy"], evict=["default/web"])


@pytest.mark.parametrize(
    ("expected", "pods", "host", "of"),
    [
        (None, [], node(), pool()),
        (None, [], being_deleted(), pool(instance="i-2")),
        (None, [], being_deleted(provider=""), pool(instance="")),
        (NextStep.EVICT, [pod("web")], being_deleted(), pool()),
        (NextStep.EVICT, [pod("web", leaving=True)], being_deleted(), pool()),
        (NextStep.GIVE_UP, [pod("web")], being_deleted(901), pool()),
        (NextStep.DELETE, [], being_deleted(), pool()),
        (NextStep.DELETE, [], being_deleted(10_000), pool()),
        (NextStep.DELETE, [pod("proxy")], being_deleted(), pool()),
        (NextStep.DELETE, [pod("web", where="n2")], being_deleted(), pool()),
        (NextStep.NOTHING, [], being_deleted(), pool("DELETING")),
        (NextStep.NOTHING, [pod("web")], being_deleted(9_999), pool("DELETED")),
        (NextStep.LET_BE, [], being_deleted(cordoned=False), pool()),
        (
            NextStep.LET_BE,
            [pod("web")],
            being_deleted(annotations={"cluster-autoscaler.kubernetes.io/scale-down-disabled": "true"}),
            pool(),
        ),
        (NextStep.GIVE_UP, [pod("web")], node((TO_BE_DELETED, "not-a-time")), pool()),
        (NextStep.DELETE, [], being_deleted(provider="oci://i-1"), pool("SPLENDID")),
    ],
)
def test_each_row_of_the_table(expected: NextStep | None, pods: list[Pod], host: Node, of: NodePool) -> None:
    assert step(pods, host, of, DAEMON) is expected


def test_without_a_verdict_every_pod_is_left_and_none_is_evicted() -> None:
    removal = only([pod("web"), pod("proxy")], being_deleted())
    assert removal is not None
    assert len(removal.pods_left) == 2
    assert removal.evictable(None) == []


def test_only_pods_that_may_go_and_are_not_going_yet_are_evicted() -> None:
    verdict = NodeVerdict(
        node="n1", removable=True, evict=["default/a", "default/b"], wait_for_completion=["default/c"]
    )
    removal = only([pod("a"), pod("b", leaving=True), pod("c")], being_deleted(), verdict=verdict)
    assert removal is not None
    assert [each.metadata.name for each in removal.evictable(verdict)] == ["a"]
    blocked = NodeVerdict(node="n1", removable=False, reason="NotEnoughPdb", evict=["default/a"])
    assert removal.evictable(blocked) == []


def patched(patch: dict[str, object]) -> tuple[list[str], object, object]:
    spec: dict[str, object] = patch["spec"]  # type: ignore[assignment]
    listed: list[dict[str, str]] = spec["taints"] or []  # type: ignore[assignment]
    version = patch["metadata"]["resourceVersion"]  # type: ignore[index]
    return [taint["key"] for taint in listed], spec.get("unschedulable", "kept"), version


def test_patches_keep_the_taints_of_others_whole_and_the_version() -> None:
    host = being_deleted()
    patch = taints.begin_removal(host, NOW, "cpu")
    assert patch["spec"]["taints"][0] == {
        "key": "team",
        "value": "a",
        "effect": "NoExecute",
        "timeAdded": "2026-01-01T00:00:00Z",
    }
    assert patch["spec"]["taints"][1]["value"] == str(int(NOW))
    assert patched(patch) == (["team", TO_BE_DELETED], True, "7")


def test_each_patch_changes_what_it_says() -> None:
    host = node((TO_BE_DELETED, "1"), (DELETION_CANDIDATE, "1"), (CORDONED, ""))
    assert patched(taints.end_removal(host, uncordon=True)) == (["team"], None, "7")
    assert patched(taints.end_removal(host, uncordon=False)) == (["team", CORDONED], "kept", "7")
    assert patched(taints.give_up_removal(host, NOW)) == (["team", DELETION_CANDIDATE], None, "7")
    assert patched(taints.unmark_unneeded(host)) == (["team", TO_BE_DELETED, CORDONED], "kept", "7")
    assert patched(taints.mark_unneeded(node(), NOW)) == (["team", DELETION_CANDIDATE], "kept", "7")
    bare = Node(metadata=Metadata(name="n"), spec=NodeSpec())
    assert taints.unmark_unneeded(bare)["spec"] == {"taints": None}


def test_a_node_put_back_in_thought_is_free_and_the_node_itself_is_not_changed() -> None:
    host = node((TO_BE_DELETED, "1"), (DELETION_CANDIDATE, "1"), (CORDONED, ""))
    free = without_removal(host)
    assert [taint.key for taint in free.spec.taints or ()] == ["team"]
    assert free.spec.unschedulable is None
    assert host.spec.unschedulable
    assert len(host.spec.taints or ()) == 4


def test_the_reason_of_a_removal_is_noted_with_the_taint_and_goes_with_it() -> None:
    began = taints.begin_removal(node(), NOW, "cpu+ram")
    assert began["metadata"]["annotations"] == {taints.REASON: "cpu+ram"}
    for noted, reason in (("cpu+ram", "cpu+ram"), ("whatever", "unneeded"), ("", "unneeded")):
        meta = Metadata(name="n", annotations={taints.REASON: noted})
        assert taints.removal_reason(Node(metadata=meta, spec=NodeSpec())) == reason
    assert taints.removal_reason(node()) == "unneeded"
    ended = (taints.end_removal(node(), uncordon=True), taints.end_removal(node(), uncordon=False))
    for patch in (*ended, taints.give_up_removal(node(), NOW)):
        assert patch["metadata"]["annotations"] == {taints.REASON: None}


def test_a_removal_whose_time_cannot_be_read_counts_as_timed_out() -> None:
    assert taint_time(being_deleted(60), TO_BE_DELETED) == NOW - 60
    for value in ("", "-5", "1e9", "nan", "9" * 30, "soon"):
        assert step([pod("a")], node((TO_BE_DELETED, value))) is NextStep.GIVE_UP


def test_a_mark_whose_time_cannot_be_read_is_replaced_and_not_doubled() -> None:
    patch = taints.mark_unneeded(node((DELETION_CANDIDATE, "soon")), NOW)
    assert patched(patch) == (["team", DELETION_CANDIDATE], "kept", "7")
    assert patch["spec"]["taints"][1]["value"] == str(int(NOW))


@pytest.mark.parametrize(("age", "too_old"), [(TIMEOUT, False), (TIMEOUT + 1, True)])
def test_a_removal_names_its_node_pool_and_instance_and_whether_its_time_is_over(age: float, *, too_old: bool) -> None:
    host, left = being_deleted(age), pod("a")
    removal = only([left, pod("b", where="n2")], host)
    assert removal == UnfinishedRemoval(
        node=host,
        pool_id="p",
        instance_id="i-1",
        next_step=NextStep.GIVE_UP if too_old else NextStep.EVICT,
        pods_left=(left,),
        too_old=too_old,
    )


@pytest.mark.parametrize(
    ("drain", "expected"),
    [
        (None, NextStep.GIVE_UP),
        (DrainRecord(NOW - 3600, NOW - 800, left=2), NextStep.EVICT),
        (DrainRecord(NOW - 3600, NOW - 1000, left=2), NextStep.GIVE_UP),
        (DrainRecord(NOW - 3600, NOW - 1000, left=3), NextStep.EVICT),  # one went since
        (DrainRecord(NOW - 9999, NOW - 1, left=3), NextStep.GIVE_UP),  # of an earlier removal
    ],
)
def test_the_time_out_counts_from_the_last_progress(drain: DrainRecord | None, expected: NextStep) -> None:
    removal = only([pod("a"), pod("b")], being_deleted(3600), drain=drain)
    assert removal is not None
    assert removal.next_step is expected
