"""How far the planner's cost is from a lower bound, on random mixed snapshots.

``python -m bench.packing_gap [FIRST] [COUNT]`` prints one row a kind of snapshot. The bound is by HiGHS, which shares
no code with the planner: the linear programme over all sets of pods that one node holds, with the next set found as a
whole-number programme of its own. Rules over zones are left out of it, so that it is loose where pods have some. The
best known is the less of the planner's cost and of the same programme in whole numbers over the sets found.

highspy is in no dependency group: install it beside the project (``pip install highspy``).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from math import ceil, gcd
from time import process_time
from typing import TYPE_CHECKING, Any

from bench.mixed_snapshots import App, Kind, Size, apps_of, kind_of, mixed_snapshot, simple_costs
from functions.oke_autoscaler.decide.scale_up.plan import plan_scale_up
from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState, build_cluster_state
from functions.oke_autoscaler.explain.snapshot_file import read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

COUNT = 200
MIP_SECONDS = 5.0
NEGATIVE = -1e-6
"""A reduced cost below this one is worth a pattern."""
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Planned:
    """The planner's answer to a snapshot."""

    seed: int
    pods: int
    left: int
    cost: float
    cpu_seconds: float
    apps: list[App]
    kinds: list[Kind]


def plan(seed: int) -> Planned:
    """Plan the snapshot of a seed."""
    snapshot = mixed_snapshot(seed)
    given = read(json.dumps(snapshot).encode(), 0.0)
    start = process_time()
    state = build_cluster_state(*given, {})
    planned = plan_scale_up(state)
    seconds = process_time() - start
    costs = {offering.pool_status.id: offering.cost for offering in state.offerings}
    cost = sum(costs[pool] * count for pool, count in planned.new_nodes.items())
    return Planned(
        seed, len(snapshot["pods"]), sum(planned.left.values()), cost, seconds, apps_of(snapshot), kinds_of(state)
    )


def kinds_of(state: ClusterState) -> list[Kind]:
    """Return the kinds of node of a state without DaemonSets."""
    return [Kind(Size(*offering.free[:3]), offering.cost) for offering in state.offerings]


def bounds(apps: Sequence[App], kinds: Sequence[Kind]) -> tuple[float, float]:
    """Return a lower bound of every packing and the cost of the best one over the sets that the bound needed."""
    import highspy

    master = _quiet(highspy)
    for app in apps:
        master.addRow(app.pods, highspy.kHighsInf, 0, [], [])
    known: set[tuple[int, tuple[int, ...]]] = set()

    def add(number: int, counts: tuple[int, ...]) -> bool:
        if not any(counts) or (number, counts) in known:
            return False
        known.add((number, counts))
        rows = [row for row, count in enumerate(counts) if count]
        master.addCol(kinds[number].cost, 0, highspy.kHighsInf, len(rows), rows, [float(counts[row]) for row in rows])
        return True

    for index in range(len(apps)):
        for number, kind in enumerate(kinds):
            add(number, _best_set(highspy, apps, kind, [float(index == row) for row in range(len(apps))])[1])
    found = True
    while found:
        master.run()
        duals = list(master.getSolution().row_dual)
        sets = [_best_set(highspy, apps, kind, duals) for kind in kinds]
        # A set is new where it is worth more than its node; when none is, the duals are prices at which no node's pods
        # are worth more than the node, and by weak duality their sum is a bound of every packing.
        found = False
        for number, (kind, (value, counts)) in enumerate(zip(kinds, sets, strict=True)):
            if kind.cost - value < NEGATIVE * kind.cost:
                found |= add(number, counts)
    worth = max(1.0, *(value / kind.cost for kind, (value, _) in zip(kinds, sets, strict=True)))
    relaxed = sum(dual * app.pods for dual, app in zip(duals, apps, strict=True)) / worth
    step = gcd(*(int(kind.cost) for kind in kinds)) if all(kind.cost == int(kind.cost) for kind in kinds) else 0
    lowest = ceil(relaxed / step - WHOLE) * step if step else relaxed
    columns = list(range(master.getNumCol()))
    master.changeColsIntegrality(len(columns), columns, [highspy.HighsVarType.kInteger] * len(columns))
    master.setOptionValue("time_limit", MIP_SECONDS + master.getRunTime())
    master.run()
    packed = float(master.getInfo().objective_function_value)
    # A search that found no whole numbers in its time has no objective to speak of.
    return lowest, packed if packed >= lowest - WHOLE else float("inf")


def _quiet(highspy: ModuleType) -> Any:  # noqa: ANN401  (their class has no types)
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)  # noqa: FBT003  (their signature)
    model.setOptionValue("threads", 1)
    return model


def _best_set(
    highspy: ModuleType, apps: Sequence[App], kind: Kind, values: Sequence[float]
) -> tuple[float, tuple[int, ...]]:
    """Return value and counts of the set of pods on one node that is worth the most."""
    model = _quiet(highspy)
    model.setOptionValue("mip_rel_gap", 0.0)
    columns = list(range(len(apps)))
    needs = [[app.size.cpu, app.size.memory / 2**20, app.size.pods] for app in apps]
    for app, value in zip(apps, values, strict=True):
        fits = app.size.fits(kind.room)
        model.addCol(-max(0.0, value), 0, (min(1, app.pods) if app.apart else app.pods) if fits else 0, 0, [], [])
    for index, have in enumerate((kind.room.cpu, kind.room.memory / 2**20, kind.room.pods)):
        model.addRow(-highspy.kHighsInf, have, len(columns), columns, [float(need[index]) for need in needs])
    model.changeColsIntegrality(len(columns), columns, [highspy.HighsVarType.kInteger] * len(columns))
    model.run()
    counts = tuple(round(value) for value in model.getSolution().col_value)
    return sum(max(0.0, value) * count for value, count in zip(values, counts, strict=True)), counts


def main() -> None:
    """Print the gaps."""
    parser = argparse.ArgumentParser(description="Compare the planner with a lower bound by HiGHS.")
    parser.add_argument("first", type=int, nargs="?", default=0, help="first seed (default: 0)")
    parser.add_argument("count", type=int, nargs="?", default=COUNT, help=f"how many (default: {COUNT})")
    options = parser.parse_args()
    sums: dict[str, dict[str, float]] = {}
    slowest, dearer = 0.0, []
    for seed in range(options.first, options.first + options.count):
        planned = plan(seed)
        lowest, packed = bounds(planned.apps, planned.kinds)
        simple = min(simple_costs(planned.apps, planned.kinds).values())
        known = planned.cost if kind_of(seed) == "zones" else min(planned.cost, packed)
        row = sums.setdefault(kind_of(seed), dict.fromkeys(("planner", "simple", "known", "bound", "worst"), 0.0))
        for name, cost in (("planner", planned.cost), ("simple", simple), ("known", known), ("bound", lowest)):
            row[name] += cost
        row["worst"] = max(row["worst"], planned.cost / known - 1)
        slowest = max(slowest, planned.cpu_seconds)
        if planned.cost > simple or planned.left or planned.cost > known * 1.01:
            dearer.append((seed, kind_of(seed), planned.cost, simple, known, lowest, planned.left))
    for kind, row in sums.items():
        gaps = ", ".join(
            f"{100 * (row['planner'] / row[name] - 1):.2f} % over {text}"
            for name, text in (("known", "the best known"), ("bound", "the bound"), ("simple", "the best of FFD"))
        )
        print(f"{kind}: {row['planner']:.0f}, {gaps}; worst {100 * row['worst']:.1f} % over the best known")
    print(f"slowest plan: {slowest:.2f} CPU s; seed, kind, cost, FFD, best known, bound, left of those to look at:")
    for entry in dearer:
        print("  ", *entry)


if __name__ == "__main__":
    main()
