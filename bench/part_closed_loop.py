"""How many ticks the burst takes: the function and the published rule on the same emulated cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.table import Row
from emulator.closed_loop.cluster_command import run_scenario
from emulator.closed_loop.scenario import FOLDER, load_scenario

if TYPE_CHECKING:
    from emulator.closed_loop.scenario_run import ScenarioRun

BAR_TICKS = 1
"""All nodes of the burst are to be asked for in one tick."""


def rows() -> Iterator[Row]:
    """Measure the number of the last tick that asked for nodes, its minute, and when no pod waited any more."""
    ours, published = run_scenario(load_scenario(FOLDER / "burst.yaml"), rule="both")
    last = _last(ours)
    yield Row("burst of 100 pods: last node asked for", _words(ours), f"tick {BAR_TICKS}", holds=last == BAR_TICKS)
    yield Row("the same, one node a tick", _words(published))


def _last(run: ScenarioRun) -> int:
    return max((number for number, tick in enumerate(run.ticks, 1) if tick.before != tick.after), default=0)


def _words(run: ScenarioRun) -> str:
    last, settled = _last(run), run.settled_at()
    minute = run.ticks[last - 1].minute if last else 0
    end = "never" if settled is None else f"from minute {settled:.0f} on"
    return f"tick {last}, minute {minute:.0f}; no pod waits {end}"
