"""Counts by domain and the quotas of the three rules."""

from __future__ import annotations

import random

import pytest

from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode
from functions.oke_autoscaler.decide.simulation.static_fit import NodeClass
from functions.oke_autoscaler.decide.simulation.topology_domains import (
    UNLIMITED,
    AffinityRule,
    AntiAffinityRule,
    Domains,
    SpreadCount,
    SpreadRule,
)

ANY = NodeClass(0, {}, [], "")


def node(zone: str | None, name: str = "n") -> SimulatedNode:
    return SimulatedNode(name, {"zone": zone} if zone else {}, ANY, (), None)


def count_of(**pods: int) -> SpreadCount:
    count = SpreadCount(Domains("zone"))
    for zone, number in pods.items():
        count.domains.enter(node(zone))
        count.add(node(zone), number)
    return count


@pytest.mark.parametrize("seed", range(20))
def test_the_lowest_count_is_that_of_the_emptiest_domain_after_any_steps(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (repeatable cases)
    count, nodes, pods = SpreadCount(Domains("zone")), dict.fromkeys("abcd", 0), dict.fromkeys("abcd", 0)
    for _ in range(200):
        zone = rng.choice("abcd")
        step = rng.choice(("enter", "leave", "add", "remove"))
        if step == "enter":
            count.domains.enter(node(zone))
            nodes[zone] += 1
        elif step == "leave" and nodes[zone]:
            count.domains.leave(node(zone))
            nodes[zone] -= 1
        elif step == "add" or (step == "remove" and pods[zone]):
            change = 1 if step == "add" else -1
            count.add(node(zone), change)
            pods[zone] += change
        assert count.lowest == min((pods[each] for each in "abcd" if nodes[each]), default=0)
        assert count.total == sum(pods.values())


def test_a_node_without_the_key_or_outside_the_selection_counts_nowhere() -> None:
    domains = Domains("zone", lambda each: each.name != "tainted")
    assert domains.of(node(None)) is None
    assert domains.of(node("a", "tainted")) is None
    assert domains.of(node("a")) == "a"


@pytest.mark.parametrize(
    ("zone", "max_skew", "quota"), [("a", 2, 0), ("a", 3, 1), ("b", 2, 2), (None, 2, 0), ("new", 2, 2)]
)
def test_a_spread_allows_what_its_skew_leaves(zone: str | None, max_skew: int, quota: int) -> None:
    rule = SpreadRule(count_of(a=3, b=1), max_skew, min_domains=1, own=1)
    assert rule.quota({"zone": zone} if zone else {}) == quota


def test_with_fewer_domains_than_wanted_the_lowest_counts_as_none() -> None:
    assert SpreadRule(count_of(a=2, b=2), 1, 2, 1).quota({"zone": "a"}) == 1
    assert SpreadRule(count_of(a=2, b=2), 1, 3, 1).quota({"zone": "a"}) == 0


def test_a_spread_that_does_not_count_its_own_pods_only_looks_whether_it_is_kept() -> None:
    assert SpreadRule(count_of(a=2, b=0), 2, 1, 0).quota({"zone": "a"}) == UNLIMITED
    assert SpreadRule(count_of(a=3, b=0), 2, 1, 0).quota({"zone": "a"}) == 0


def test_anti_affinity_allows_one_of_its_own_in_an_empty_domain_and_none_beside_others() -> None:
    count = count_of(a=1, b=0)
    assert AntiAffinityRule(count, 1).quota({"zone": "a"}) == 0
    assert AntiAffinityRule(count, 1).quota({"zone": "b"}) == 1
    assert AntiAffinityRule(count, 0).quota({"zone": "b"}) == UNLIMITED
    assert AntiAffinityRule(count, 1).quota({}) == UNLIMITED


def test_affinity_follows_the_first_pod_which_goes_alone() -> None:
    assert AffinityRule((count_of(a=1, b=0),), 1).quota({"zone": "a"}) == UNLIMITED
    assert AffinityRule((count_of(a=1, b=0),), 1).quota({"zone": "b"}) == 0
    assert AffinityRule((count_of(a=0, b=0),), 1).quota({"zone": "b"}) == 1
    assert AffinityRule((count_of(a=0, b=0),), 0).quota({"zone": "b"}) == 0
    assert AffinityRule((count_of(a=1),), 1).quota({}) == 0
