"""A cluster in motion as a snapshot: a scenario played with the real function, and what is there at its end.

``python -m tools.cluster_in_motion`` plays docs/examples/cluster-in-motion.yaml, twenty simulated hours in about two
minutes, and writes docs/examples/cluster-in-motion.json: `autoscaler page`, `explain` and `nodes` read it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.closed_loop.autoscalers import FUNCTION, FunctionUnderTest, config
from emulator.closed_loop.scenario import load_scenario
from emulator.closed_loop.scenario_cluster import ScenarioCluster
from emulator.closed_loop.scenario_run import run_loop
from emulator.cloud import Cloud
from emulator.functions_app import FunctionsApp

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "docs" / "examples" / "cluster-in-motion.json"
PRINCIPAL_SECONDS = 3600
SAVE_SECONDS = 120


def main(arguments: list[str]) -> int:
    """Play the scenario and write the snapshot; return 0."""
    parser = argparse.ArgumentParser(prog="python -m tools.cluster_in_motion", description="Play a cluster's hours.")
    parser.add_argument("--scenario", type=Path, default=EXAMPLE.with_suffix(".yaml"), help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=EXAMPLE, help="the snapshot; default: %(default)s")
    options = parser.parse_args(arguments)
    ticks = play(options.scenario, options.out)
    print(f"{options.out} written, {options.out.stat().st_size:,} bytes, after {ticks} ticks")
    return 0


def play(scenario_file: Path, out: Path) -> int:
    """Play a scenario with the function in its own process; write what is left as a snapshot, and return its ticks."""
    scenario = load_scenario(scenario_file)
    with tempfile.TemporaryDirectory(prefix="local-cloud-") as folder:
        functions = FunctionsApp(_environment)
        with Cloud(Path(folder), functions=functions) as cloud:
            setup = ScenarioCluster(cloud.cluster, scenario)
            setup.build()
            run = run_loop(setup, FunctionUnderTest(cloud, functions, setup), scenario.minutes)
            failed = [tick.answer for tick in run.ticks if "error" in tick.actions]
            if failed:
                raise RuntimeError(f"{len(failed)} ticks failed, the first: {failed[0]}")
            _save({**_environment(cloud), **config(cloud.cluster, setup)}, out)
    return len(run.ticks)


def _environment(cloud: Cloud) -> Mapping[str, str]:
    return {
        **cloud.identity.mint_resource_principal(lifetime_seconds=PRINCIPAL_SECONDS),
        "oci_endpoint": cloud.endpoint,
        "REQUESTS_CA_BUNDLE": str(cloud.ca_file),
        "SSL_CERT_FILE": str(cloud.ca_file),
    }


def _save(keys: Mapping[str, str], out: Path) -> None:
    """Save the live cluster with the function's own command, in a process whose environment is its configuration."""
    command = [sys.executable, "-m", f"functions.{FUNCTION.replace('-', '_')}", "explain", "--live", "--save", str(out)]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **keys}
    subprocess.run(  # noqa: S603  (our own command)
        command, env=environment, cwd=ROOT, check=True, timeout=SAVE_SECONDS, stdout=subprocess.DEVNULL
    )
    out.chmod(0o644)  # the command keeps what it saves for its owner; nothing of this cluster is anybody's


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
