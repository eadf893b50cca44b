"""`make deploy-local`: the whole deployment against the local cloud, until Ctrl-C.

Prints what `terraform output` prints for a tenancy, with this machine's addresses, and runs the preflight.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import Functions
from emulator.keys import write_private
from emulator.services.control_plane import ControlPlaneService
from emulator.services.functions import FunctionsService
from emulator.services.identity import DEFAULT_COMPARTMENT
from emulator.services.telemetry_ingestion import TelemetryIngestionService
from tools.local_stack import Deployed, deploy

PORT = 8180
CARD = "-H 'X-CODECARD-ID: CC50E3CCBFFF' -H 'X-CODECARD-BUTTON-LABEL: a' -H 'X-CODECARD-BUTTON-FUNCTION: 1'"


def main(arguments: list[str]) -> int:
    """Deploy and serve until a signal arrives; with ``--once`` return the preflight's status at once."""
    parser = argparse.ArgumentParser(prog="python -m tools.deploy_local", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=PORT, help="port of the OCI services, the next one is the gateway's"
    )
    parser.add_argument("--once", action="store_true", help="end after the preflight")
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    functions = Functions(lambda _: {})
    service, plane = FunctionsService(lambda: functions.host), ControlPlaneService()
    ports = CloudOptions(port=options.port, gateway_port=options.port + 1 if options.port else 0)
    with (
        tempfile.TemporaryDirectory(prefix="deploy-local-") as root,
        Cloud(
            Path(root).resolve(),
            services=[service, plane, TelemetryIngestionService()],
            functions=functions,
            options=ports,
        ) as cloud,
    ):
        deployed = deploy(cloud, functions.host, service, plane)
        print(outputs(cloud, deployed), flush=True)
        status = preflight(cloud, deployed)
        if not options.once:
            print("\nCtrl-C removes it all.", flush=True)
            stop.wait()
    return status if options.once else 0


def outputs(cloud: Cloud, deployed: Deployed) -> str:
    """What the stack's outputs say, for this deployment."""
    bearer = f"Authorization: Bearer {cloud.identity.mint_access_token()}"
    token = write_private(cloud.root / "access-token", bearer.encode())
    lines = ["functions_env:", *(f"  {line}" for line in deployed.functions_env.splitlines()), "", "invoke_commands:"]
    identity = f"--auth config --config-file {deployed.config_file} --endpoint {cloud.endpoint}"
    lines += [f"  .venv/bin/python -m shared.invoke {ocid} {identity}" for ocid in deployed.functions.values()]
    lines += [
        "",
        f"card_url:     {cloud.gateway}/codecard/avatar",
        f"card_command: curl -sS -X POST {CARD} {cloud.gateway}/codecard/avatar",
        f"as a person:  curl -sS -H @{token} {cloud.gateway}/request-context",
        "",
        f"make preflight ARGS='{' '.join(preflight_arguments(cloud, deployed))}'",
    ]
    return "\n".join(lines)


def preflight_arguments(cloud: Cloud, deployed: Deployed) -> list[str]:
    """What `python -m shared.preflight` is told about this deployment."""
    identity = ["--config-file", str(deployed.config_file)]
    return ["--compartment", DEFAULT_COMPARTMENT, *identity, "--endpoint", cloud.endpoint]


def preflight(cloud: Cloud, deployed: Deployed) -> int:
    """Run the preflight as a command of its own; return its status."""
    command = [sys.executable, "-m", "shared.preflight", *preflight_arguments(cloud, deployed)]
    return subprocess.run(command, check=False, env=dict(os.environ)).returncode  # noqa: S603  (our own module)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
