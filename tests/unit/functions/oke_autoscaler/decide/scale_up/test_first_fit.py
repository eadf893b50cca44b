"""New nodes group by group: the cheapest pool a pod, its limits, and nodes taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.first_fit import FirstFit
from tests.unit.functions.oke_autoscaler.decide.scale_up.small_clusters import HOST, ZONE, cluster, spread

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState


def place(state: ClusterState, budget: int = 99) -> tuple[int, dict[str, int]]:
    """Pods left over, and nodes opened by pool."""
    first_fit = FirstFit(state.simulation, state.offerings, budget)
    (group,) = state.pending
    left = first_fit.place(group, len(group.pending))
    return left, {offering.pool_status.name: offering.opened for offering in state.offerings if offering.opened}


def test_the_pool_of_least_cost_a_pod_is_opened() -> None:
    assert place(cluster({"small": (1000, 10, 9), "large": (4000, 30, 9)}, pods=8)) == (0, {"large": 2})
    assert place(cluster({"small": (1000, 10, 9), "large": (4000, 50, 9)}, pods=8)) == (0, {"small": 8})


def test_on_equal_cost_the_preferred_pool_is_opened() -> None:
    pools = {"one": (1000, 10, 9), "two": (1000, 10, 9)}
    assert place(cluster(pools, pods=2, priorities={"two": 1})) == (0, {"two": 2})
    assert place(cluster(pools, pods=2, priorities={"one": 1})) == (0, {"one": 2})


def test_a_full_pool_leaves_the_rest_to_another_and_all_full_ones_leave_pods_over() -> None:
    assert place(cluster({"small": (1000, 10, 1), "large": (1000, 50, 2)}, pods=5)) == (2, {"small": 1, "large": 2})


def test_no_more_nodes_than_the_budget() -> None:
    assert place(cluster({"small": (1000, 10, 9)}, pods=5), budget=3) == (2, {"small": 3})


def test_pods_that_keep_apart_by_host_have_a_node_each() -> None:
    assert place(cluster({"large": (4000, 30, 9)}, pods=3, rules=spread(HOST))) == (0, {"large": 3})


def test_a_spread_over_zones_opens_nodes_in_turn() -> None:
    state = cluster({"large": (2000, 30, 9)}, pods=4, rules=spread(ZONE), zones=("a", "b"))
    assert place(state) == (0, {"large": 2})
    assert sorted(node.labels[ZONE] for node in state.simulation.nodes if node.name.startswith("new:")) == ["a", "b"]


def test_what_a_spread_forbids_everywhere_is_left_over() -> None:
    state = cluster({"large": (2000, 30, 9)}, pods=4, rules=spread(ZONE, min_domains=3), zones=("a", "b"))
    assert place(state) == (2, {"large": 2})


def test_nodes_that_are_taken_back_leave_nothing_behind() -> None:
    state = cluster({"large": (2000, 30, 9)}, pods=1)
    first_fit, (offering,) = FirstFit(state.simulation, state.offerings, 5), state.offerings
    first_fit.open(offering, offering.placements[0])
    mark = state.simulation.mark()
    for _ in range(2):
        first_fit.open(offering, offering.placements[0])
    first_fit.close(mark)
    assert (offering.opened, offering.placements[0].opened, first_fit.budget) == (1, 1, 4)
    assert len(state.simulation.nodes) == 1 + 1
