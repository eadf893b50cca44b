"""docs/calculations.md shows the numbers that the program computes."""

from __future__ import annotations

import json
from pathlib import Path

from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.decide.scale_up.column_generation import CoveringProgram
from functions.oke_autoscaler.decide.scale_up.patterns import Bin
from functions.oke_autoscaler.decide.simulation.cluster_state import build_cluster_state
from functions.oke_autoscaler.explain.snapshot_file import read

DOCS = Path(__file__).resolve().parents[5] / "docs"
PAGE = (DOCS / "calculations.md").read_text()
EXAMPLE = (DOCS / "examples" / "decision.json").read_bytes()


def test_the_example_is_decided_as_the_page_says() -> None:
    decision = decide(*read(EXAMPLE, 0.0))
    assert {pool.name: pool.wanted_size for pool in decision.pools} == {"small": 13, "large": 0}
    assert len(json.loads(EXAMPLE)["pods"]) == len(decision.pods) == 15
    assert "`PUT nodePools/{id}` with size 13" in PAGE


def test_the_page_shows_what_new_nodes_offer_and_what_pods_are_worth() -> None:
    snapshot, settings, now = read(EXAMPLE, 0.0)
    state = build_cluster_state(snapshot, settings, now, {})
    assert [group.scheduling.amounts["cpu"] for group in state.pending] == [1000, 3000]
    for offering in state.offerings:
        for name, value in (
            ("cpu", f"{offering.template.allocatable['cpu']} m"),
            ("memory", f"{offering.template.allocatable['memory']:,}"),
        ):
            assert value in PAGE, (offering.pool_status.name, name)
        assert f"**{offering.free[0]} m**" in PAGE
        assert f"**{offering.free[1]:,}**" in PAGE
        assert f"| {offering.cost:.0f} |" in PAGE
    bins = [Bin(offering.free, offering.cost, (0, 1)) for offering in state.offerings]
    relaxation = CoveringProgram([group.vector for group in state.pending], bins).relax([3, 12])
    assert f"optimum {relaxation.cost:.0f}" in PAGE
    assert f"= {relaxation.values[0]:.2f} for a cart" in PAGE
    assert f"{2 * relaxation.values[1] + relaxation.values[0]:.2f}, less than the 392" in PAGE
