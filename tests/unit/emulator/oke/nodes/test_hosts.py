"""What the emulated nodes have to give, against the figures that Oracle documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.oke.nodes.machine_resources import kubelet_allocatable

if TYPE_CHECKING:
    from emulator.oke.emulated_cluster import EmulatedCluster


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


@pytest.mark.parametrize(
    ("shape", "memory_gib", "tax", "visible_mib"),
    [
        # Measured: 30.89 GiB of 32 (31,631 MiB), 7,657 MiB of 8 GB, 128,292 MiB of 128 GB; never more than those.
        ("VM.Standard.E4.Flex", 32, None, 31_622),
        ("VM.Standard.A1.Flex", 8, None, 7_478),
        ("VM.Standard.A1.Flex", 128, None, 128_198),
        ("VM.Standard.E4.Flex", 32, (1000, 20), 31_128),
        ("VM.Standard.E4.Flex", 32, (0, 0), 32_768),
    ],
)
def test_the_hypervisor_keeps_a_part_of_the_memory(
    cluster: EmulatedCluster, shape: str, memory_gib: float, tax: tuple[float, float] | None, visible_mib: int
) -> None:
    more = {} if tax is None else {"memory_tax": tax}
    pool = cluster.add_pool("p", size=1, shape=shape, ocpus=4, memory_gib=memory_gib, **more)  # type: ignore[arg-type]
    (node,) = cluster.nodes(pool)
    assert node["status"]["capacity"]["memory"] == f"{visible_mib * 1024}Ki"
    left = kubelet_allocatable(4, visible_mib / 1024)[1]
    assert abs(int(node["status"]["allocatable"]["memory"]) - left) <= 1
