"""Pods that wait for too long: who counts, who does not, and what the answer says."""

from __future__ import annotations

from datetime import UTC, datetime

from functions.oke_autoscaler.act.answers import tick_answer
from functions.oke_autoscaler.decide.overdue_pods import find_overdue
from functions.oke_autoscaler.model.decision import Decision, PodVerdict, PoolVerdict
from functions.oke_autoscaler.model.kubernetes_objects import Pod, PodMetadata

NOW = 1_767_225_600.0


def pod(name: str, minutes: float) -> Pod:
    return Pod(PodMetadata(name, "d", creation_timestamp=datetime.fromtimestamp(NOW - minutes * 60, UTC).isoformat()))


def test_only_pods_without_a_node_on_its_way_are_overdue() -> None:
    verdicts = [
        PodVerdict("d/new", "new:p", "needs-new-node"),
        PodVerdict("d/coming", "new:p", "fits-on-upcoming-node"),
        PodVerdict("d/fits", "n", "fits-on-node"),
        PodVerdict("d/none", None, "node-max-limit-reached"),
        PodVerdict("d/young", None, "node-max-limit-reached"),
        PodVerdict("d/gated", None, "scheduling-gated"),
    ]
    pods = [
        *(pod(each.pod[2:], 15 if each.pod != "d/young" else 14.9) for each in verdicts),
        Pod(PodMetadata("x", "d")),
    ]
    assert find_overdue(pods, verdicts, {"d/gated"}, 15, NOW) == (
        "d/fits: 15 minutes, fits-on-node",
        "d/none: 15 minutes, node-max-limit-reached",
    )


def test_no_tick_is_a_success_while_a_pod_is_overdue_unless_it_acts() -> None:
    idle = PoolVerdict("p", "p", 1, 1, "no-resource-pressure", "ready")
    grows = PoolVerdict("q", "q", 1, 2, "unschedulable-pods", "ready", action="scale-up")
    told, grown = tick_answer(Decision((idle, grows), overdue=("d/a: 15 minutes, fits-on-node",)), nodes=False)[
        "node-pools"
    ]
    assert told["warning"]["pods-overdue"] == "d/a: 15 minutes, fits-on-node"
    assert "success" in grown
