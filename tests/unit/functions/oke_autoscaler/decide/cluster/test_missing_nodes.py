"""Instances that never became nodes: which are missing, since when, which are deleted, what the pool does then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.act.history import with_joining
from functions.oke_autoscaler.decide.cluster.missing_nodes import (
    backoff_end,
    has_recovered,
    is_forgotten,
    plan_give_ups,
)
from functions.oke_autoscaler.decide.cluster.pool_declaration import configuration
from functions.oke_autoscaler.decide.cluster.pools import Pools, PoolStatus
from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.model.kubernetes_objects import Condition, Metadata, Node, NodeSpec, NodeStatus
from functions.oke_autoscaler.model.oci_objects import (
    NodeConfig,
    NodeError,
    NodePool,
    OkeNode,
    WorkRequest,
    WorkResource,
)
from functions.oke_autoscaler.model.snapshot import Snapshot
from functions.oke_autoscaler.model.tick_state import PoolMemory, TickState
from functions.oke_autoscaler.pool_settings import PoolSettings
from functions.oke_autoscaler.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.model.decision import GiveUp

NOW = 1_767_225_600.0
MINUTES = 60
SETTINGS = Settings(cluster_id="c", node_pools=(PoolSettings("p", 1, 9),), backoff_minutes=5)


def at(minutes: float) -> str:
    """The time so many minutes before now."""
    return datetime.fromtimestamp(NOW - minutes * MINUTES, UTC).isoformat()


def registered(name: str, *, ready: str = "True", since: float, created: float) -> Node:
    status = NodeStatus(None, None, [Condition("Ready", ready, None, at(since))])
    return Node(Metadata(name, creation_timestamp=at(created)), NodeSpec(provider_id=name), status)


def look(
    listed: Sequence[OkeNode],
    nodes: Sequence[Node] = (),
    joining: dict[str, float] | None = None,
    work_ended: float | None = None,
) -> PoolStatus:
    pool = NodePool(id="p", name="p", node_config_details=NodeConfig(len(listed)), nodes=list(listed))
    done = WorkRequest(status="SUCCEEDED", resources=[WorkResource("p")], time_accepted=at(99))
    done.time_finished = at(work_ended) if work_ended is not None else None
    state = TickState() if joining is None else TickState(joining={"p": joining})
    snapshot = Snapshot([pool], nodes, [], work_requests=[done] if work_ended is not None else [], state=state)
    return Pools(snapshot, SETTINGS, NOW, {}).statuses[0]


def listed(name: str, state: str = "ACTIVE", error: str = "") -> OkeNode:
    return OkeNode(name, f"{name}-name", state, node_error=NodeError(error) if error else None)


def seen(minutes: float) -> float:
    return NOW - minutes * MINUTES


def _given_up(status: PoolStatus) -> list[GiveUp]:
    return plan_give_ups(status.pool, status.missing, status.bounds.min_size)


def test_an_instance_is_missing_when_its_own_time_is_over_and_not_before() -> None:
    for minutes, missing in ((14.9, []), (15, ["a-name (never registered, 15 minutes)"])):
        found = look([listed("a")], joining={"a": seen(minutes)}).missing
        assert [each.text for each in found] == missing


def test_an_instance_is_remembered_from_the_first_tick_that_sees_it_until_it_is_a_ready_node() -> None:
    nodes = [registered("r", since=1, created=3), registered("n", ready="False", since=4, created=4)]
    entries = [listed("old"), listed("new"), listed("r"), listed("n"), listed("gone", "DELETED")]
    assert look(entries, nodes, {"old": seen(9), "gone": seen(9)}).joining == {"old": seen(9), "new": NOW, "n": seen(4)}


@pytest.mark.parametrize(("since", "missing"), [(30, ["a"]), (28.1, ["a"]), (20, [])])
def test_a_node_that_was_never_ready_is_missing_and_one_that_was_ready_is_not(since: float, missing: list[str]) -> None:
    node = registered("a", ready="Unknown", since=since, created=30)
    found = look([listed("a")], [node], {}).missing
    assert [each.name for each in found] == missing
    assert all(each.registered and each.is_seen_before for each in found)


def test_without_a_memory_the_pools_newest_work_tells_an_age_that_stops_growth_and_deletes_nothing() -> None:
    status = look([listed("a"), listed("b")], work_ended=40)
    assert [each.name for each in status.missing] == ["a-name", "b-name"]
    assert status.refused == "nodes-do-not-join"
    assert _given_up(status) == []
    # OKE put an instance in the place of another, which no work of the pool tells: its own time counts.
    assert look([listed("a")], joining={}, work_ended=40).missing == ()
    assert look([listed("a", "FAILING", "x")], work_ended=40).missing == ()


def test_an_instance_with_an_error_was_made_and_is_given_up_like_others() -> None:
    status = look([listed("a", "FAILING", "register timeout"), listed("b")], joining={"a": seen(20), "b": seen(2)})
    assert [each.instance_id for each in _given_up(status)] == ["a"]
    assert look([OkeNode("", "x", "FAILING", node_error=NodeError("capacity"))], joining={"": seen(20)}).missing == ()


def test_the_longest_missing_go_first_and_the_minimum_size_stays() -> None:
    joining = {"a": seen(16), "b": seen(30), "c": seen(20)}
    assert [each.name for each in _given_up(look([listed(name) for name in "abc"], joining=joining))] == [
        "b-name",
        "c-name",
    ]


def test_nothing_is_missing_while_a_node_does_not_tell_its_instance() -> None:
    nameless = Node(Metadata("x"), NodeSpec(), NodeStatus())
    assert look([listed("a")], [nameless], {"a": seen(99)}).missing == ()


def test_missing_nodes_are_no_room_and_their_pool_takes_none() -> None:
    status = look([listed("a"), listed("b")], joining={"a": seen(20), "b": seen(3)}, work_ended=2)
    assert [node and node.id for node in status.upcoming] == ["b"]
    assert status.refused == "nodes-do-not-join"


def test_a_pool_is_left_alone_for_a_time_that_doubles_up_to_thirty_minutes() -> None:
    for give_ups, minutes in ((1, 5), (2, 10), (3, 20), (4, 30), (400, 30)):
        memory = PoolMemory(give_ups=give_ups, gave_up_at=0.0)
        assert backoff_end(memory, SETTINGS, has_delivered=True) == minutes * MINUTES
    assert backoff_end(PoolMemory(), SETTINGS, has_delivered=True) is None


def test_a_pool_that_never_delivered_waits_for_hours_up_to_a_day() -> None:
    for give_ups, hours in ((1, 2), (2, 4), (3, 8), (4, 16), (5, 24), (400, 24)):
        memory = PoolMemory(give_ups=give_ups, gave_up_at=0.0)
        assert backoff_end(memory, SETTINGS, has_delivered=False) == hours * 60 * MINUTES


@pytest.mark.parametrize(
    ("known", "nodes", "is_left_alone"),
    [
        ({}, [], True),
        ({"allocatable": {"cpu": 1000}}, [], False),  # it has delivered, and its ten minutes are over
        ({}, [registered("old", since=300, created=302)], False),
        ({"configuration": "another"}, [], False),
    ],
    ids=["never delivered", "delivered and gone", "delivered and there", "edited since"],
)
def test_only_a_pool_that_never_delivered_as_it_is_configured_waits_long(
    known: dict[str, Any], nodes: list[Node], *, is_left_alone: bool
) -> None:
    pool = NodePool(id="p", name="p", nodes=[listed("old") for _ in nodes])
    memory = PoolMemory(**{"configuration": configuration(pool), "give_ups": 2, "gave_up_at": seen(20), **known})
    snapshot = Snapshot([pool], nodes, [], work_requests=[], state=TickState(pools={"p": memory}))
    status = Pools(snapshot, SETTINGS, NOW, {}).statuses[0]
    assert status.left_alone_until == (seen(20 - 240) if is_left_alone else None)
    assert status.refused == ("nodes-do-not-join" if is_left_alone else "")


def test_an_instance_that_went_after_its_time_counts_as_given_up() -> None:
    gone, young = look([listed("b")], joining={"a": seen(20)}), look([listed("b")], joining={"a": seen(14)})
    assert (gone.has_lost, gone.refused) == (True, "nodes-do-not-join")
    assert (young.has_lost, young.refused) == (False, "")
    assert not look([listed("a")], [registered("a", since=1, created=2)], {"a": seen(20)}).has_lost


def test_a_node_that_comes_ends_the_backoff() -> None:
    memory = PoolMemory(give_ups=3, gave_up_at=seen(5))
    assert has_recovered([registered("a", since=4, created=9)], memory)
    assert not has_recovered([registered("a", since=6, created=9)], memory)
    assert not has_recovered([registered("a", ready="False", since=4, created=9)], memory)
    assert not has_recovered([registered("a", since=4, created=9)], None)


def machines_in_a_day(*, has_delivered: bool) -> int:
    """How many machines a pool costs in a day of whose machines none joins, while a pod waits for it all the time."""
    now, give_ups, machines = 0.0, 0, 0
    while now < 24 * 60 * MINUTES:
        machines += 1
        now += SETTINGS.provision_timeout_minutes * MINUTES
        memory = PoolMemory(give_ups=give_ups + 1, gave_up_at=now)
        assert not is_forgotten(memory, SETTINGS, now, has_delivered=has_delivered)
        now, give_ups = backoff_end(memory, SETTINGS, has_delivered=has_delivered) or now, give_ups + 1
    return machines


def test_a_day_of_machines_that_do_not_join_costs_no_more_than_with_the_others() -> None:
    """Cluster Autoscaler's rule, 5 minutes doubling to 30, buys 34; one after another, as Karpenter does, are 96."""
    assert (machines_in_a_day(has_delivered=True), machines_in_a_day(has_delivered=False)) == (34, 4)


@pytest.mark.parametrize(
    ("give_ups", "minutes_ago", "known", "is_over"),
    [
        (4, 30 + 179, {"allocatable": {"cpu": 1000}}, False),
        (4, 30 + 180, {"allocatable": {"cpu": 1000}}, True),
        (3, 8 * 60 + 179, {}, False),  # never delivered: left alone for eight hours
        (3, 8 * 60 + 180, {}, True),
    ],
)
def test_three_hours_after_a_pool_was_free_again_what_it_did_not_deliver_counts_no_longer(
    give_ups: int, minutes_ago: float, known: dict[str, Any], *, is_over: bool
) -> None:
    pool = NodePool(id="p", name="p", nodes=[])
    memory = PoolMemory(configuration=configuration(pool), give_ups=give_ups, gave_up_at=seen(minutes_ago), **known)
    snapshot = Snapshot([pool], [], [], work_requests=[], state=TickState(pools={"p": memory}))
    decision = decide(snapshot, SETTINGS, NOW)
    assert decision.recovered == (frozenset({"p"}) if is_over else frozenset())
    kept = with_joining(snapshot.state, decision, [], NOW).pools["p"]
    assert (kept.give_ups, kept.gave_up_at) == ((0, None) if is_over else (give_ups, memory.gave_up_at))
