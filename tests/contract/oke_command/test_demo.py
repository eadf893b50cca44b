"""The demo's first step: the command makes the cluster that the autoscaler then sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.demo import cluster

if TYPE_CHECKING:
    from pathlib import Path


def test_the_demo_makes_a_cluster_and_the_function_gives_its_pods_room(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.run(tmp_path)
    told = capsys.readouterr().out
    if "is not in this tree" in told:
        pytest.skip("oke-autoscaler is not in this tree")
    for line in (
        "making cluster prod-pool1 with Kubernetes",
        "2 of 2 nodes active",
        "4 of 10 pods have no room",
        '"scale-up"',
        "4 nodes, 0 pods without room",
    ):
        assert line in told
