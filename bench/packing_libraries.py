"""The covering problems of the bench's snapshots, solved by our own code and by two solver libraries.

``python -m bench.packing_libraries [PODS]`` prints one row a solver and snapshot. highspy and ortools are in no
dependency group: install them beside the project to measure them; a solver that is not installed is left out.

Both libraries get the best of the known methods for this problem, price and branch: a linear programme over patterns,
more patterns from our own knapsack until none has a negative reduced cost, then whole numbers over all patterns found.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING
from unittest import mock

from bench.packing_snapshots import write_benchmark, write_groups
from functions.oke_autoscaler.decide.scale_up import covering, packing
from functions.oke_autoscaler.decide.scale_up.effort import Effort
from functions.oke_autoscaler.decide.scale_up.knapsack import Knapsack
from functions.oke_autoscaler.explain import command as explain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from functions.oke_autoscaler.decide.scale_up.knapsack import Exclusion, Vector
    from functions.oke_autoscaler.decide.scale_up.patterns import Bin, Packed

PODS = 51_000
RELATIVE_GAP = 0.004
"""The gap to the relaxation at which our own search stops too."""
TIME_LIMIT_SECONDS = 60.0
NEGATIVE = -1e-6
"""A reduced cost below this one is worth a pattern."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Arguments of one call of `cover`: what to place, on which kinds of node, how many of each."""

    items: Sequence[Vector]
    bins: Sequence[Bin]
    demand: Sequence[int]
    exclusions: Sequence[Exclusion]

    def single_patterns(self) -> Iterator[tuple[float, tuple[int, ...]]]:
        """Yield, for each item and kind of node, cost and counts of a node that holds this item alone."""
        for knapsack, kind in zip(self.knapsacks(), self.bins, strict=True):
            for item in kind.allowed:
                only = [float(index == item) for index in range(len(self.items))]
                value, counts = knapsack.best(only, self.demand)
                if value:
                    yield kind.cost, counts

    def knapsacks(self) -> list[Knapsack]:
        """Return the pricing problem of each kind of node."""
        return [Knapsack(kind.capacity, self.items, kind.allowed, self.exclusions) for kind in self.bins]


def problems(write: Callable[[Path], None]) -> list[Problem]:
    """Return every covering problem that `explain` solves for a snapshot."""
    found: list[Problem] = []

    def record(
        items: Sequence[Vector],
        bins: Sequence[Bin],
        demand: Sequence[int],
        exclusions: Sequence[Exclusion],
        effort: Effort,
    ) -> Packed:
        found.append(Problem(items, bins, list(demand), exclusions))
        return covering.cover(items, bins, demand, exclusions, effort)

    with tempfile.TemporaryDirectory() as folder, mock.patch.object(packing, "cover", record):
        path = Path(folder) / "snapshot.json"
        write(path)
        with mock.patch.object(sys, "stdout", mock.Mock()):
            explain.main(["--snapshot", str(path)])
    return found


def own(problem: Problem) -> float:
    """Return the cost that the autoscaler's own code finds."""
    packed = covering.cover(
        problem.items, problem.bins, problem.demand, problem.exclusions, Effort.of(sum(problem.demand))
    )
    return sum(column.cost * count for column, count in packed)


def highs(problem: Problem) -> float:
    """Return the cost by price and branch with HiGHS."""
    import highspy
    import numpy as np

    model = highspy.Highs()
    model.setOptionValue("output_flag", False)  # noqa: FBT003  (their signature)
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", RELATIVE_GAP)
    model.setOptionValue("time_limit", TIME_LIMIT_SECONDS)
    for count in problem.demand:
        model.addRow(count, highspy.kHighsInf, 0, [], [])

    def add(cost: float, counts: Sequence[int]) -> None:
        rows = [row for row, count in enumerate(counts) if count]
        model.addCol(cost, 0, highspy.kHighsInf, len(rows), rows, [float(counts[row]) for row in rows])

    def solve() -> Sequence[float]:
        model.run()
        return list(model.getSolution().row_dual)

    generate(problem, add, solve)
    columns = np.arange(model.getNumCol(), dtype=np.int32)
    kinds = np.full(len(columns), highspy.HighsVarType.kInteger, dtype=object)
    model.changeColsIntegrality(len(columns), columns, kinds.tolist())
    model.run()
    return float(model.getInfo().objective_function_value)


def ortools(problem: Problem) -> float:
    """Return the cost by price and branch with OR-tools: GLOP for the relaxation, CP-SAT for the whole numbers."""
    from ortools.linear_solver import pywraplp
    from ortools.sat.python import cp_model

    linear = pywraplp.Solver.CreateSolver("GLOP")
    rows = [linear.Constraint(float(count), linear.infinity()) for count in problem.demand]
    patterns: list[tuple[float, Sequence[int]]] = []

    def add(cost: float, counts: Sequence[int]) -> None:
        patterns.append((cost, counts))
        variable = linear.NumVar(0, linear.infinity(), "")
        linear.Objective().SetCoefficient(variable, cost)
        for row, count in zip(rows, counts, strict=True):
            row.SetCoefficient(variable, float(count))

    def solve() -> Sequence[float]:
        linear.Solve()
        return [row.dual_value() for row in rows]

    linear.Objective().SetMinimization()
    generate(problem, add, solve)
    model = cp_model.CpModel()
    amounts = [model.new_int_var(0, max(problem.demand), "") for _ in patterns]
    for row, count in enumerate(problem.demand):
        used = [amount * counts[row] for amount, (_, counts) in zip(amounts, patterns, strict=True)]
        model.add(sum(used) >= count)
    model.minimize(sum(amount * round(cost) for amount, (cost, _) in zip(amounts, patterns, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.relative_gap_limit = RELATIVE_GAP
    solver.parameters.max_time_in_seconds = TIME_LIMIT_SECONDS
    solver.solve(model)
    return float(solver.objective_value)


def generate(
    problem: Problem, add: Callable[[float, Sequence[int]], None], solve: Callable[[], Sequence[float]]
) -> None:
    """Add patterns to a relaxation until none has a negative reduced cost."""
    for cost, counts in problem.single_patterns():
        add(cost, counts)
    knapsacks = problem.knapsacks()
    known: set[tuple[int, tuple[int, ...]]] = set()
    while True:
        duals = solve()
        found = False
        for number, (knapsack, kind) in enumerate(zip(knapsacks, problem.bins, strict=True)):
            value, counts = knapsack.best(duals, problem.demand)
            if kind.cost - value < NEGATIVE * max(1.0, kind.cost) and (number, counts) not in known:
                known.add((number, counts))
                add(kind.cost, counts)
                found = True
        if not found:
            return


def import_seconds(module: str) -> float:
    """Return the CPU seconds that a cold interpreter needs for an import, numpy included."""
    code = f"from time import process_time as t; s = t(); import {module}; print(t() - s)"
    return min(
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)  # noqa: S603
        for _ in range(3)
    )


def main() -> None:
    """Measure whatever solver is installed."""
    parser = argparse.ArgumentParser(description="Solve the bench's covering problems with every installed solver.")
    parser.add_argument("pods", type=int, nargs="?", default=PODS, help=f"pods of a snapshot (default: {PODS})")
    pods = parser.parse_args().pods
    solvers: list[tuple[str, str, Callable[[Problem], float]]] = [
        ("own", "functions.oke_autoscaler.decide.scale_up.covering", own),
        ("highspy", "highspy", highs),
        ("ortools", "ortools.linear_solver.pywraplp, ortools.sat.python.cp_model", ortools),
    ]
    snapshots: dict[str, Callable[[Path], None]] = {
        "groups": lambda path: write_groups(path, pods, max(1, pods * 200 // PODS), pods * 5_000 // PODS),
        "benchmark": lambda path: write_benchmark(path, pods),
    }
    posed = {name: problems(write) for name, write in snapshots.items()}
    for name, modules, solve in solvers:
        try:
            importlib.import_module(modules.split(",")[0])
        except ImportError:
            print(f"{name}: not installed")
            continue
        print(f"{name}: import {import_seconds(modules):.2f} CPU s")
        for snapshot, found in posed.items():
            start = process_time()
            cost = sum(solve(problem) for problem in found)
            print(f"   {snapshot}, {len(found)} problems: {process_time() - start:.2f} CPU s, cost {cost:.0f}")


if __name__ == "__main__":
    main()
