"""The real function on an emulated cluster, on simulated time: each scenario file ends as it says it must."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emulator.closed_loop.cluster_command import run_scenario, write_results
from emulator.closed_loop.expectations import unmet_expectations
from emulator.closed_loop.scenario import FOLDER, load_scenario
from emulator.closed_loop.timeline_text import timeline_text

if TYPE_CHECKING:
    from emulator.closed_loop.scenario_run import ScenarioRun

LIMIT_SECONDS = 600
"""Of one scenario, which plays hours of simulated time; the longest takes some 10 s on an idle machine."""

ALWAYS = (
    "burst", "idle", "mixed-pools", "out-of-capacity", "human-resize", "flapping", "scale-from-zero", "never-joins",
    "replacement-room", "zone-balance", "headroom", "memory-from-zero",
)  # fmt: skip
"""Played in every run: the cheapest of each kind of thing that happens to a cluster (a jump of load, rest, swings, an
empty pool, no machine, machines that never join, a human, price, zones, room kept free, memory)."""

DAYS = {"web-day", "business-hours"}
"""Played in `make soak` alone: a day of ticks each. `test_sizes_by_clock.py` ticks at the edges of a schedule."""

DRAWN = 4
"""Of the others so many a run, which `KILL_SEED` draws: each is played every few runs, and all in `make soak`."""

NOT_YET: dict[str, str] = {}
"""Scenarios that the function does not hold yet, and why; who mends it takes the line away."""

FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
OTHERS = sorted(set(FILES) - set(ALWAYS) - DAYS)
PLAYED = {*ALWAYS, *random.Random(f"{os.environ['KILL_SEED']}-scenarios").sample(OTHERS, DRAWN)}  # noqa: S311


def run_of(name: str, keys_folder: Path, rule: str = "function") -> ScenarioRun:
    return run_scenario(load_scenario(FOLDER / f"{name}.yaml"), rule=rule, keys_folder=keys_folder)[0]


@pytest.mark.timeout(LIMIT_SECONDS)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=NOT_YET[name])) if name in NOT_YET else name
        for name in sorted(PLAYED)
    ],
)
def test_a_scenario_ends_as_its_file_says(name: str, keys_folder: Path, tmp_path: Path) -> None:
    run = run_of(name, keys_folder)
    assert not unmet_expectations(run), timeline_text(run)
    assert write_results([run], tmp_path).read_text(encoding="utf-8").endswith("</svg>\n")
    assert len((tmp_path / "timeline-oke-autoscaler.jsonl").read_text().splitlines()) == len(run.ticks)


@pytest.mark.soak
@pytest.mark.timeout(LIMIT_SECONDS)
@pytest.mark.parametrize("name", sorted({*OTHERS, *DAYS}))
def test_another_scenario_ends_as_its_file_says(name: str, keys_folder: Path) -> None:
    run = run_of(name, keys_folder)
    assert not unmet_expectations(run), timeline_text(run)


def test_all_kinds_of_scenario_are_there() -> None:
    assert set(FILES) >= {
        "burst",
        "idle",
        "mixed-pools",
        "out-of-capacity",
        "blocked-drain",
        "human-resize",
        "flapping",
        "lulls",
        "scale-from-zero",
        "web-day",
        "business-hours",
        "capacity-returns",
        "clock-ahead",
        "device-claim",
        "edited-pool",
        "enlarged-in-vain",
        "late-gpu",
        "mass-drain",
        "memory-tax",
        "memory-from-zero",
        "never-joins",
        "never-ready",
        "none-joins",
        "other-scheduler",
        "preemptible",
        "refused-pod",
        "register-timeout",
        "startup-taint",
        "tainted-node",
        "unrelated-freeze",
        "volume-limit",
        "zone-balance",
        "headroom",
        "pool-order",
        "replacement",
        "replacement-room",
    }


@pytest.mark.timeout(LIMIT_SECONDS)
def test_the_published_rule_takes_97_ticks_for_the_burst_that_one_tick_gets_right(keys_folder: Path) -> None:
    run = run_of("burst", keys_folder, rule="original")
    grown = [number for number, tick in enumerate(run.ticks, 1) if "scale-up" in tick.actions]
    assert (len(grown), grown[0], grown[-1]) == (25, 1, 97)
    assert run.ticks[96].minute == 288
