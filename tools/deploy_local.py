"""`oci-functions cloud deploy`: the whole deployment against the local cloud, until Ctrl-C.

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

from emulator.base.keys import write_private
from emulator.base.listening import PortNotFree
from emulator.cloud import CloudOptions
from emulator.services.identity.service import DEFAULT_COMPARTMENT
from tools.local_stack import LocalStack, local_stack

PORT = 8180
CARD = "-H 'X-CODECARD-ID: CC50E3CCBFFF' -H 'X-CODECARD-BUTTON-LABEL: a' -H 'X-CODECARD-BUTTON-FUNCTION: 1'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `deploy`."""
    parser.add_argument(
        "--port", type=int, default=PORT, help="port of the OCI services, the next one is the gateway's"
    )
    parser.add_argument("--once", action="store_true", help="end after the preflight")


def run(options: argparse.Namespace) -> int:
    """Deploy and serve until a signal arrives; with ``--once`` return the preflight's status at once.

    Raises PortNotFree.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    status = _deploy(options.port, None if options.once else stop)
    return status if options.once else 0


def main(arguments: list[str]) -> int:
    """Read the arguments, deploy and serve; 2 when a port is taken."""
    parser = argparse.ArgumentParser(prog="python -m tools.deploy_local", description=__doc__)
    add_arguments(parser)
    try:
        return run(parser.parse_args(arguments))
    except PortNotFree as fault:
        parser.exit(2, f"{fault}\n")


def _deploy(port: int, stop: threading.Event | None) -> int:
    """Deploy, check, and serve until ``stop`` is set; the preflight's status."""
    ports = CloudOptions(port=port, gateway_port=port + 1 if port else 0)
    with (
        tempfile.TemporaryDirectory(prefix="deploy-local-") as root,
        local_stack(Path(root).resolve(), ports) as stack,
    ):
        print(outputs(stack), flush=True)
        status = preflight(stack)
        if stop is not None:
            print("\nCtrl-C removes it all.", flush=True)
            stop.wait()
    return status


def outputs(stack: LocalStack) -> str:
    """Return what the stack's outputs say, for this deployment."""
    bearer = f"Authorization: Bearer {stack.cloud.identity.mint_access_token()}"
    token = write_private(stack.cloud.root / "access-token", bearer.encode())
    lines = ["functions_env:", *(f"  {line}" for line in stack.functions_env.splitlines()), "", "invoke_commands:"]
    identity = f"--auth config --config-file {stack.config_file} --endpoint {stack.cloud.endpoint}"
    lines += [f"  .venv/bin/oci-functions invoke {ocid} {identity}" for ocid in stack.functions.values()]
    lines += [
        "",
        f"card_url:     {stack.cloud.gateway}/codecard/avatar",
        f"card_command: curl -sS -X POST {CARD} {stack.cloud.gateway}/codecard/avatar",
        f"card_press:   .venv/bin/oci-functions cloud press {stack.cloud.gateway}/codecard/avatar",
        f"kubectl:      export KUBECONFIG={stack.cloud.root / '.okectl' / 'kubeconfig'}",
        f"as a person:  curl -sS -H @{token} {stack.cloud.gateway}/request-context",
        "",
        f".venv/bin/oci-functions preflight {' '.join(preflight_arguments(stack))}",
    ]
    return "\n".join(lines)


def preflight_arguments(stack: LocalStack) -> list[str]:
    """Return the arguments of `oci-functions preflight` for this deployment."""
    identity = ["--config-file", str(stack.config_file)]
    return ["--compartment", DEFAULT_COMPARTMENT, *identity, "--endpoint", stack.cloud.endpoint]


def preflight(stack: LocalStack) -> int:
    """Run the preflight as a command of its own; return its status."""
    command = [sys.executable, "-m", "shared.preflight", *preflight_arguments(stack)]
    return subprocess.run(command, check=False, env=dict(os.environ)).returncode  # noqa: S603  (our own module)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
