"""The demo of oke-autoscaler: a burst and an idle pool on simulated time, beside the rule of one node a tick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from emulator.closed_loop.cluster_command import run_scenario, write_results
from emulator.closed_loop.expectations import unmet_expectations
from emulator.closed_loop.scenario import FOLDER, load_scenario
from emulator.closed_loop.timeline_text import timeline_text
from tools.demo import figures, page_files

if TYPE_CHECKING:
    from emulator.closed_loop.scenario_run import ScenarioRun

TITLE = "oke-autoscaler: a burst of 100 pods, and an idle pool"
SCENARIOS = ("burst", "idle")
_SHOWN_LINES = 12


def run(out: Path) -> None:
    """Play both scenarios; RuntimeError when one does not end as its file says."""
    for name in SCENARIOS:
        print(f"   playing {name}, with oke-autoscaler and with one node a tick …")
        runs = run_scenario(load_scenario(FOLDER / f"{name}.yaml"), rule="both")
        for one in runs:
            print(_shortened(timeline_text(one)) + "\n")
        failed = unmet_expectations(runs[0])
        if failed:
            raise RuntimeError(f"{name}: {'; '.join(failed)}")
        if name == "burst":
            figures.keep(out, "autoscaler", **burst_figures(runs))
            lines = [_verdict(runs)]
        else:
            figures.keep(out, "idle", **idle_figures(runs))
            lines = _harm(runs)
        print(f"   picture: {write_results(runs, out, f'autoscaler-{name}')}")
        print("".join(f"   {line}\n" for line in lines))
    page_files.write_cluster(out)


def burst_figures(runs: list[ScenarioRun]) -> dict[str, object]:
    """Return what README says of the burst: how soon it is over, and when the staircase ends."""
    ours, staircase = runs
    acting = _acting(staircase)
    settled = ours.settled_at()
    return {
        "pods": max(each.pending for each in ours.samples),
        "nodes": sum(ours.bought.values()),
        "settled_minute": None if settled is None else round(settled),
        "staircase_ticks": len(acting),
        "staircase_minute": round(staircase.ticks[acting[-1] - 1].minute),
        "verdict": _verdict(runs),
    }


def idle_figures(runs: list[ScenarioRun]) -> dict[str, object]:
    """Return what README says of the idle pool: what each autoscaler did to the pods, and the node-hours it paid."""
    return {"harm": _harm(runs)}


def _harm(runs: list[ScenarioRun]) -> list[str]:
    """Return in a line for each autoscaler what it did to the pods."""
    return [f"{one.autoscaler}: {one.disruptions.text(one.node_hours())}" for one in runs]


def _acting(one: ScenarioRun) -> list[int]:
    """Return the numbers of the ticks that changed a pool's size."""
    return [number for number, tick in enumerate(one.ticks, 1) if tick.before != tick.after]


def _shortened(timeline: str) -> str:
    """Return the first and the last lines of a long timeline."""
    lines = timeline.splitlines()
    if len(lines) <= _SHOWN_LINES + 4:
        return timeline
    return "\n".join([*lines[:_SHOWN_LINES], f"        … {len(lines) - _SHOWN_LINES - 3} lines more …", *lines[-3:]])


def _verdict(runs: list[ScenarioRun]) -> str:
    """Return what the two autoscalers needed."""
    return "; ".join(f"{one.autoscaler}: {_last_action(one)}" for one in runs)


def _last_action(one: ScenarioRun) -> str:
    acting = _acting(one)
    if not acting:
        return "did nothing"
    last = acting[-1]
    ticks = "one tick" if len(acting) == 1 else f"{len(acting)} ticks"
    return f"pool sizes changed in {ticks}, last in tick {last}, minute {one.ticks[last - 1].minute:.0f}"
