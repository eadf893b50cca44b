"""What the emulated nodes have to give, against the figures that Oracle documents."""

from __future__ import annotations

import pytest

from emulator.oke.nodes.hosts import kubelet_allocatable


@pytest.mark.parametrize(
    ("vcpus", "memory_gib", "millicores", "memory_bytes"),
    [
        (4, 16, 3815, 14_283_282_841),
        (1, 4, 840, 3 * 2**30 - 100 * 2**20),
        (2, 8, 1828, int((8 - 1.8) * 2**30) - 100 * 2**20),
        (5, 128, 4810, int((128 - 2.6 - 6.72) * 2**30) - 100 * 2**20),
        (8, 136, 7802, int((136 - 2.6 - 6.72 - 0.16) * 2**30) - 100 * 2**20),
    ],
)
def test_reservations_follow_the_documented_steps(
    vcpus: int, memory_gib: float, millicores: int, memory_bytes: int
) -> None:
    assert kubelet_allocatable(vcpus, memory_gib) == (millicores, memory_bytes)
