"""`oci-functions cloud cluster`: run a scenario, print its timeline, draw it, keep the answers of every tick."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.base.result_folder import FolderNotWritable, make_writable
from emulator.closed_loop.autoscalers import FUNCTION, FunctionUnderTest, OneNodeATick
from emulator.closed_loop.expectations import unmet_expectations
from emulator.closed_loop.scenario import ScenarioError, load_scenario, named_scenario, scenario_names
from emulator.closed_loop.scenario_cluster import ScenarioCluster
from emulator.closed_loop.scenario_run import ScenarioRun, run_loop
from emulator.closed_loop.timeline_picture import timeline_svg
from emulator.closed_loop.timeline_text import timeline_text
from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from emulator.base.request_log import LoggedCall
    from emulator.closed_loop.scenario import Scenario

_TOKEN_SECONDS = 6 * 3600
EVICTION_SECONDS = 5.0
"""What an eviction takes; else the clock stands still while a tick runs."""


def add_cluster_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `cluster`."""
    known = ", ".join(scenario_names())
    parser.add_argument("--scenario", type=Path, required=True, help=f"scenario file, or one of: {known}")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the picture and the answers")
    parser.add_argument("--rule", choices=("function", "original", "both"), help="default: what the scenario says")


def run_cluster(arguments: Namespace) -> int:
    """Run a scenario; return 1 when it did not end as it should, 2 for a faulty file."""
    runs = _runs(arguments)
    if runs is None:
        return 2
    for one in runs:
        sys.stdout.write(timeline_text(one) + "\n\n")
    sys.stdout.write(f"Picture: {arguments.out / 'timeline.svg'}; answers of every tick: *.jsonl beside it.\n")
    failed = _failures(runs)
    sys.stdout.writelines(f"NOT AS EXPECTED: {one}\n" for one in failed)
    return 1 if failed else 0


def run_cluster_json(arguments: Namespace) -> int:
    """Do as ``run_cluster``, with one JSON object instead of the timelines."""
    runs = _runs(arguments)
    if runs is None:
        return 2
    failed = _failures(runs)
    ticks = {one.autoscaler: [{"minute": tick.minute, "answer": tick.answer} for tick in one.ticks] for one in runs}
    picture = str(arguments.out / "timeline.svg")
    sys.stdout.write(json.dumps({"ticks": ticks, "picture": picture, "not_as_expected": failed}) + "\n")
    return 1 if failed else 0


def _runs(arguments: Namespace) -> list[ScenarioRun] | None:
    """Play the scenario of the arguments and write its files; None, with a message, where that fails."""
    try:
        scenario = load_scenario(named_scenario(arguments.scenario))
        make_writable(arguments.out)
    except (ScenarioError, FolderNotWritable) as error:
        sys.stderr.write(f"{error}\n")
        return None
    runs = run_scenario(scenario, rule=arguments.rule or ("both" if scenario.compare else "function"))
    write_results(runs, arguments.out)
    return runs


def _failures(runs: list[ScenarioRun]) -> list[str]:
    return list(unmet_expectations(runs[0])) if runs[0].autoscaler == FUNCTION else []


def run_scenario(scenario: Scenario, *, rule: str = "function", keys_folder: Path | None = None) -> list[ScenarioRun]:
    """Run a scenario with the function, the published rule, or both, each on a cluster of its own."""
    runs = []
    with tempfile.TemporaryDirectory(prefix="local-cloud-") as folder:
        functions = FunctionsApp(_environment)
        options = CloudOptions(keys_folder=keys_folder)
        with Cloud(Path(folder), functions=functions, options=options) as cloud:
            cloud.hooks.add("before", lambda call: _let_time_pass(cloud, call), service="kubernetes")
            if rule in {"function", "both"}:
                setup = ScenarioCluster(cloud.cluster, scenario)
                setup.build()
                runs.append(run_loop(setup, FunctionUnderTest(cloud, functions, setup), scenario.minutes))
            if rule in {"original", "both"}:
                setup = ScenarioCluster(cloud.cluster, scenario)
                setup.build()
                runs.append(run_loop(setup, OneNodeATick(setup), scenario.compare_minutes or scenario.minutes))
    return runs


def _let_time_pass(cloud: Cloud, call: LoggedCall) -> None:
    """Move the clock when an eviction is asked for: a tick that asks again until a budget yields waits in between."""
    if call.path.endswith("/eviction"):
        cloud.cluster.advance(EVICTION_SECONDS)


def write_results(runs: list[ScenarioRun], out: Path, name: str = "timeline") -> Path:
    """Write the picture and, a file for each run, the answers of every tick; return the picture's path."""
    out.mkdir(parents=True, exist_ok=True)
    for one in runs:
        with (out / f"{name}-{one.autoscaler.replace(' ', '-')}.jsonl").open("w", encoding="utf-8") as lines:
            for tick in one.ticks:
                lines.write(json.dumps({"minute": tick.minute, "answer": tick.answer}) + "\n")
    picture = out / f"{name}.svg"
    picture.write_text(timeline_svg(runs), encoding="utf-8")
    return picture


def _environment(cloud: Cloud) -> Mapping[str, str]:
    """Return what the function's process sees beside its configuration."""
    principal = cloud.identity.mint_resource_principal(lifetime_seconds=_TOKEN_SECONDS)
    return {**principal, "oci_endpoint": cloud.endpoint}
