"""What a pool's nodes and work requests mean: updating, stabilising, upcoming, backed off, at its maximum."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.act.answers import busy, dry_run, tick_answer
from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.explain.snapshot_file import read
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, new_nodes, node, pod, pool, run

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

GIB = 1 << 30


def at(minutes: float) -> str:
    """The time ``minutes`` before now."""
    return datetime.fromtimestamp(CLOCK - 60 * minutes, UTC).isoformat()


def full(name: str, **more: Any) -> tuple[Json, Json]:
    """A node and the pod that fills it."""
    return node(name, 1000, GIB, **more), pod(f"on-{name}", 1000, 1, nodeName=name)


def snapshot(pools: list[Json], members: list[tuple[Json, Json]], waiting: int = 1, **more: Any) -> Json:
    bounds = [{"id": each["id"], "max_size": 9} for each in pools]
    return {
        "node_pools": pools,
        "nodes": [each for each, _ in members],
        "pods": [*(on for _, on in members), *(pod(f"p{index}", 800, 1) for index in range(waiting))],
        "settings": {"node_pools": bounds, **more.pop("settings", {})},
        **more,
    }


def one(decision: Decision) -> tuple[str, Json]:
    ((level, body),) = tick_answer(decision, nodes=False).items()
    return level, body


def asked(size: int, entries: list[Json], **more: Any) -> Json:
    return {**pool("p", size, []), "nodes": entries, **more}


LIVE = {"id": "a", "lifecycleState": "ACTIVE"}


@pytest.mark.parametrize(
    "made",
    [
        asked(2, [LIVE, {"id": "b", "lifecycleState": "CREATING"}]),
        asked(1, [LIVE, {"id": "b", "lifecycleState": "DELETING"}]),
        asked(1, [{**LIVE, "lifecycleState": "UPDATING"}]),
        asked(1, [LIVE], lifecycleState="UPDATING"),
        asked(1, [LIVE], lifecycleState="DELETING"),
    ],
    ids=["creating", "deleting", "updating", "pool", "pool going"],
)
def test_a_pool_that_changes_is_left_alone(made: Json) -> None:
    decision = run(snapshot([made], [full("a")], waiting=9))
    level, body = one(decision)
    assert (level, body["action"], body["reason"], body["node-pool-status"]) == (
        "success",
        "none",
        "node-pool-updating",
        "updating",
    )
    assert new_nodes(decision) == {}


@pytest.mark.parametrize("state", ["FAILING", "INACTIVE", "NEW_STATE"])
def test_a_broken_node_does_not_freeze_its_pool(state: str) -> None:
    made = asked(2, [LIVE, {"id": "b", "lifecycleState": state, "nodeError": {"code": "x"}}])
    done = [{"status": "SUCCEEDED", "resources": [{"identifier": "p"}], "timeAccepted": at(90), "timeFinished": at(80)}]
    assert new_nodes(run(snapshot([made], [full("a")], work_requests=done))) == {"p": 1}


def work(status: str, minutes: float, pool_id: str = "p") -> Json:
    return {
        "status": status,
        "resources": [{"identifier": pool_id}],
        "timeAccepted": at(minutes + 1),
        "timeFinished": at(minutes) if status in {"FAILED", "SUCCEEDED"} else None,
    }


@pytest.mark.parametrize(
    ("requests", "updating"),
    [([], False), ([work("IN_PROGRESS", 0)], True), ([work("FAILED", 200)], False), (None, True)],
)
def test_an_updating_pool_without_work_going_on_is_not_updating(requests: Any, *, updating: bool) -> None:
    made = asked(1, [LIVE], lifecycleState="UPDATING")
    decision = run(snapshot([made], [full("a")], work_requests=requests))
    assert (decision.pools[0].status == "updating") is updating


def test_pods_of_an_updating_pool_wait_for_its_nodes_and_the_others_go_elsewhere() -> None:
    first = asked(2, [LIVE, {"id": "b", "lifecycleState": "CREATING"}])
    second = pool("q", 1, ["z"])
    decision = run(snapshot([first, second], [full("a"), full("z")], waiting=3))
    assert [verdict.reason for verdict in decision.pods] == [
        "fits-on-upcoming-node",
        "needs-new-node",
        "needs-new-node",
    ]
    assert new_nodes(decision) == {"q": 2}


def test_a_pool_is_stabilising_for_minutes_after_its_newest_node_became_ready() -> None:
    for minutes, status in ((2, "stabilizing"), (4, "ready"), (-10, "stabilizing")):
        member = full("a")
        member[0]["status"]["conditions"][0]["lastTransitionTime"] = at(minutes)
        decision = run(snapshot([pool("p", 1, ["a"])], [member], waiting=4))
        level, body = one(decision)
        assert body["node-pool-status"] == status
        if status == "stabilizing":
            assert (level, body["reason"], body["unschedulable-pods-count"]) == ("success", "node-pool-status", "4")


def test_nodes_asked_for_count_as_room_until_they_should_have_come() -> None:
    for requests, bought in ((None, {}), ([work("IN_PROGRESS", 3)], {}), ([work("SUCCEEDED", 3)], {}), ([], {"p": 1})):
        decision = run(snapshot([asked(2, [LIVE])], [full("a")], work_requests=requests))
        assert new_nodes(decision) == bought, requests
    late = run(snapshot([asked(2, [LIVE])], [full("a")], work_requests=[work("SUCCEEDED", 16)]))
    assert new_nodes(late) == {"p": 1}


def test_a_node_that_registers_but_is_not_ready_yet_is_room_for_a_while() -> None:
    young, _ = full("b", taints=[{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}])
    young["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    for minutes, where in ((3, "b"), (30, None)):
        young["metadata"]["creationTimestamp"] = at(minutes)
        made = snapshot([pool("p", 2, ["a", "b"])], [full("a")])
        made["nodes"].append(young)
        decision = run(made)
        assert decision.pods[0].placed_on == where
    assert (
        decision.pods[0].reason == "nodes-do-not-join (p: nodes-do-not-join (b (registered, never Ready, 30 minutes)))"
    )
    assert [each.name for each in decision.give_up] == ["b"]


def test_failures_back_a_pool_off_for_longer_and_longer_and_the_next_pool_helps_out() -> None:
    # OKE has made one of two nodes; a node more is asked for with the size that the pool has.
    pools = [asked(2, [LIVE, {"id": "", "nodeError": {"code": "LimitExceeded"}}]), pool("q", 1, ["z"])]
    members = [full("a"), full("z")]
    for failures, minutes, blocked in (
        (1, 4, True),
        (1, 6, False),
        (2, 9, True),
        (3, 19, True),
        (6, 29, True),
        (6, 31, False),
    ):
        requests = [work("FAILED", minutes + 60 * number) for number in range(failures)]
        for alone, expected in ((True, {} if blocked else {"p": 2}), (False, {"q": 2} if blocked else {"p": 2})):
            decision = run(snapshot(pools[:1] if alone else pools, members, work_requests=requests))
            assert decision.wanted() == expected, (failures, minutes)
            if alone and blocked:
                assert one(decision) == (
                    "warning",
                    {
                        "action": "none",
                        "reason": "out-of-capacity",
                        "unschedulable-pods-count": "1",
                        "node-pool-name": "p",
                        "node-pool-status": "ready",
                        "node-count": "2",
                        "detail": "OKE: LimitExceeded",
                        "pod-reasons": "default/p0: out-of-capacity (p: out-of-capacity (OKE: LimitExceeded))",
                    },
                )


NOT_MADE = {"id": "", "lifecycleState": "FAILING", "nodeError": {"code": "LimitExceeded"}}


@pytest.mark.parametrize(
    ("size", "failed", "waiting", "maximum", "wanted"),
    [
        (1, 0, 3, 9, 4),
        (3, 2, 1, 9, 3),  # one node more: OKE tries both of its own again
        (3, 2, 2, 9, 3),
        (3, 2, 5, 9, 6),
        (3, 2, 5, 4, 4),  # three more to the maximum, of which two are in the size already
        (9, 8, 5, 9, 9),  # at its maximum by the size alone
        (2, 5, 3, 9, 4),  # lowered since they failed: the size counts one of them
    ],
)
def test_what_oke_could_not_make_is_asked_for_again_and_not_once_more(
    size: int, failed: int, waiting: int, maximum: int, wanted: int
) -> None:
    made = snapshot([asked(size, [LIVE, *[NOT_MADE] * failed])], [full("a")], waiting=waiting)
    made["settings"] = {"node_pool_max_size": maximum}
    decision = run({**made, "work_requests": [work("FAILED", 40)]})
    assert decision.wanted() == {"p": wanted}
    level, body = one(decision)
    assert (level, body["action"], body["node-count"]) == ("success", "scale-up", str(wanted))
    assert {pod.reason for pod in decision.pods if pod.placed_on} == {"needs-new-node"}


def test_nodes_that_were_not_made_are_none_of_the_minimum() -> None:
    made = snapshot([asked(3, [LIVE, NOT_MADE, NOT_MADE])], [full("a")], waiting=0)
    made["settings"] = {"node_pool_min_size": 3, "enforce_min_size": True}
    decision = run({**made, "work_requests": [work("FAILED", 40)]})
    assert (decision.wanted(), decision.pools[0].reason) == ({"p": 3}, "below-min-size")


def test_a_node_error_without_known_work_backs_its_pool_off() -> None:
    made = asked(2, [LIVE, {"id": None, "nodeError": {"code": "InternalError", "message": "Out of host capacity."}}])
    assert one(run(snapshot([made], [full("a")])))[1]["reason"] == "out-of-capacity"


def refused(pools: list[Json], answers: dict[str, str]) -> Decision:
    made = snapshot(pools, [full("a"), full("z")])
    return decide(*read(json.dumps(made).encode(), CLOCK), answers)


def test_what_a_pool_refuses_goes_to_the_next_in_the_same_tick() -> None:
    pools = [pool("p", 1, ["a"]), pool("q", 1, ["z"])]
    assert new_nodes(refused(pools, {})) == {"p": 1}
    assert new_nodes(refused(pools, {"p": "conflict"})) == {"q": 1}
    neither = refused(pools, {"p": "conflict", "q": "too-many-requests"})
    assert [pool.reason for pool in neither.pools] == ["out-of-capacity", "out-of-capacity"]


def test_the_maximum_cuts_and_says_so() -> None:
    def bounded(maximum: int) -> tuple[str, Json]:
        made = snapshot([pool("p", 1, ["a"])], [full("a")], waiting=4)
        return one(run({**made, "settings": {"node_pool_max_size": maximum}}))

    assert bounded(1)[0] == "warning"
    assert bounded(1)[1]["reason"] == "node-max-limit-reached"
    level, body = bounded(3)
    assert (level, body["action"], body["node-count"], body["unplaced-pods-count"]) == ("success", "scale-up", "3", "2")
    assert "unplaced-pods-count" not in bounded(5)[1]


def test_the_whole_cluster_has_a_maximum() -> None:
    made = snapshot([pool("p", 1, ["a"])], [full("a"), full("z")], waiting=4)
    made["settings"] = {"max_nodes_total": 3}
    assert new_nodes(run(made)) == {"p": 1}
    made["settings"] = {"max_nodes_total": 2}
    assert one(run(made))[1]["reason"] == "node-max-limit-reached"


def test_pods_that_fit_no_pool_are_reported_and_not_bought_for() -> None:
    made = snapshot([pool("p", 1, ["a"])], [full("a")], waiting=0)
    made["pods"].append(pod("huge", 99_000, 1))
    level, body = one(run(made))
    assert (level, body["reason"], body["unschedulable-pods-count"]) == ("warning", "pods-fit-no-node-pool", "1")
    assert run(made).pods[0].reason == "pods-fit-no-node-pool (p: insufficient cpu (asked 99, a node of p offers 1))"


def test_pods_that_name_a_pool_concern_that_pool_only() -> None:
    made = snapshot([pool("p", 1, ["a"]), pool("q", 1, ["z"])], [full("a"), full("z")], waiting=0)
    made["pods"].append(pod("huge", 99_000, 1, nodeSelector={"name": "q"}))
    assert [each.reason for each in run(made).pools] == ["no-resource-pressure", "pods-fit-no-node-pool"]


def test_of_equal_plans_the_higher_priority_wins_and_a_cost_may_be_given() -> None:
    pools = [pool("p", 1, ["a"]), pool("q", 1, ["z"])]
    made = snapshot(pools, [full("a"), full("z")])
    for more, winner in (({}, "p"), ({"priority": 5}, "q"), ({"cost": 1}, "q"), ({"cost": 1e6, "priority": 5}, "p")):
        made["settings"] = {"node_pools": [{"id": "p", "max_size": 9}, {"id": "q", "max_size": 9, **more}]}
        assert new_nodes(run(made)) == {winner: 1}, more


def test_nothing_to_do_reads_as_users_know_it() -> None:
    made = snapshot([{**pool("p", 2, ["a", "z"]), "name": "prod-pool1"}], [full("a"), full("z")], waiting=0)
    assert tick_answer(run(made), nodes=False) == {
        "success": {
            "action": "none",
            "reason": "no-resource-pressure",
            "node-pool-name": "prod-pool1",
            "node-pool-status": "ready",
            "node-count": "2",
        }
    }
    two = snapshot([pool("p", 1, ["a"]), pool("q", 1, ["z"])], [full("a"), full("z")], waiting=0)
    both = dry_run(tick_answer(run(two), nodes=False))
    assert [row["success"]["node-pool-name"] for row in both["node-pools"]] == ["p", "q"]
    assert all(row["success"]["dry-run"] == "true" for row in both["node-pools"])
    assert busy() == {"success": {"action": "none", "reason": "busy"}}
