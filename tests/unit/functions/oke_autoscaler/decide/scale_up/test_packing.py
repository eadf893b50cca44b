"""All free groups at once: variants of new nodes, items of one size, and limits of pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_up.first_fit import FirstFit
from functions.oke_autoscaler.decide.scale_up.packing import Item, pack, variants_of
from tests.unit.functions.oke_autoscaler.decide.scale_up.small_clusters import cluster

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState


def packed(state: ClusterState) -> tuple[int, dict[str, int]]:
    """Pods left over, and nodes opened by pool."""
    first_fit = FirstFit(state.simulation, state.offerings, 99)
    rest = pack(first_fit, [(group, len(group.pending)) for group in state.pending])
    opened = {offering.pool_status.name: offering.opened for offering in state.offerings if offering.opened}
    return sum(pods for _, pods in rest), opened


def test_sizes_that_fill_a_node_together_share_it() -> None:
    state = cluster({"large": (4000, 40, 9)}, sizes={1000: 3, 3000: 3})
    assert packed(state) == (0, {"large": 3})


def test_a_mix_of_pools_costs_less_than_either() -> None:
    state = cluster({"small": (1000, 11, 9), "large": (4000, 40, 9)}, sizes={1000: 5})
    assert packed(state) == (0, {"large": 1, "small": 1})


def test_what_passes_the_maximum_of_a_pool_goes_to_another() -> None:
    state = cluster({"small": (1000, 50, 9), "large": (4000, 40, 1)}, sizes={1000: 6})
    assert packed(state) == (0, {"large": 1, "small": 2})


def test_the_rest_of_a_full_pool_is_packed_at_least_cost_again() -> None:
    # First fit would put two of 4000 on a node, where nothing else fits, and need one node more.
    state = cluster({"big": (10_000, 39, 1), "mid": (10_000, 40, 9)}, sizes={4000: 4, 3000: 8})
    assert packed(state) == (0, {"big": 1, "mid": 3})


def test_pods_that_fit_no_pool_come_back() -> None:
    assert packed(cluster({"small": (1000, 10, 9)}, sizes={1000: 1, 2000: 3})) == (3, {"small": 1})


def test_placements_that_allow_the_same_groups_are_one_variant() -> None:
    state = cluster({"large": (4000, 40, 9)}, sizes={1000: 1}, zones=("a", "b"))
    (variant,) = variants_of(FirstFit(state.simulation, state.offerings, 99), [(state.pending[0], 1)])
    assert len(variant.placements) == 6
    state.offerings[0].blocked = "out-of-capacity"
    assert variants_of(FirstFit(state.simulation, state.offerings, 99), [(state.pending[0], 1)]) == []


def test_an_item_gives_its_pods_by_group() -> None:
    one, two = cluster({"large": (4000, 40, 9)}, sizes={1000: 1, 2000: 1}).pending
    item = Item(((1000,), (), frozenset()))
    item.add(one, 2)
    item.add(two, 3)
    assert list(item.take(4)) == [(two, 3), (one, 1)]
    assert (item.pods, list(item.take(9))) == (1, [(one, 1)])
