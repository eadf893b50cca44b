"""What is free on a simulated node."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.simulation.nodes import SimulatedNode, capacity, ports_free
from functions.oke_autoscaler.decide.simulation.static_fit import NodeClass


@pytest.mark.parametrize(
    ("free", "need", "limit", "fitting"),
    [
        ((10, 9), (3, 2), 9, 3),
        ((10, 9), (3, 2), 2, 2),
        ((10, 9), (0, 0), 7, 7),
        ((2, 9), (3, 2), 9, 0),
        ((-1, 9), (1, 1), 9, 0),
        ((-1, 9), (0, 1), 9, 9),
    ],
)
def test_how_many_pods_fit(free: tuple[int, ...], need: tuple[int, ...], limit: int, fitting: int) -> None:
    assert capacity(free, need, limit) == fitting


@pytest.mark.parametrize(
    ("port", "free"),
    [
        (("0.0.0.0", "TCP", 80), False),  # noqa: S104  (any address)
        (("10.0.0.1", "TCP", 80), False),
        (("10.0.0.2", "TCP", 80), True),
        (("10.0.0.1", "UDP", 80), True),
        (("10.0.0.1", "TCP", 81), True),
    ],
)
def test_a_host_port_is_taken_on_overlapping_addresses(port: tuple[str, str, int], *, free: bool) -> None:
    node = SimulatedNode("n", {}, NodeClass(0, {}, [], "n"), (1,), None)
    node.ports[("10.0.0.1", "TCP", 80)] = 1
    assert ports_free(node, [port]) is free
