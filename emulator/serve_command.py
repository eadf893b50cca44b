"""`oci-functions cloud serve`: everything at once, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.cloud import Cloud, CloudOptions
from emulator.example_data import explain_cloud, fill
from emulator.example_functions import configure, explain_functions
from emulator.functions_app import FunctionsApp, image_environment
from emulator.serve_pages import PagesData, explain_pages
from emulator.services.functions.service import FunctionsService
from emulator.services.telemetry_ingestion.service import TelemetryIngestionService

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from emulator.base.service_protocol import Service

PORT = 8180
BARE_DAYS = 2
"""Of reports, where nobody asked for the pages' quarter."""


def add_serve_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `serve`."""
    parser.add_argument("--port", type=int, default=PORT, help="port of the OCI services (0: any free one)")
    parser.add_argument("--functions-port", type=int, help="port of Fn and gateway (default: the one after --port)")
    parser.add_argument("--root", type=Path, help="folder for objects, cards and keys (default: a temporary one)")
    parser.add_argument("--bare", action="store_true", help="no data for the pages: nothing is called by itself")


def _functions_port(arguments: Namespace) -> int:
    """Return the port that was asked for, else the one after the services' port; any free one where that is any."""
    if arguments.functions_port is not None:
        return int(arguments.functions_port)
    return arguments.port + 1 if arguments.port else 0


def run_serve(arguments: Namespace) -> int:
    """Serve until a signal arrives; return the exit status."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        root = arguments.root or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="local-cloud-")))
        functions = FunctionsApp(lambda _: image_environment(), login=True)
        options = CloudOptions(port=arguments.port, gateway_port=_functions_port(arguments))
        services: list[Service] = [FunctionsService(lambda: functions.host), TelemetryIngestionService()]
        cloud = stack.enter_context(Cloud(root.resolve(), services=services, functions=functions, options=options))
        example = fill(cloud)
        data = None if arguments.bare else PagesData(cloud, functions.host, stop)
        if data:
            data.go_back()
        configure(cloud, functions.host, example, billing_days=0 if data else BARE_DAYS)
        if data:
            data.prepare()
        texts = [explain_cloud(cloud, example), explain_functions(cloud, functions.host), explain_pages(cloud)]
        sys.stdout.write("\n\n".join([*texts, "Ctrl-C ends it."]) + "\n")
        sys.stdout.flush()
        if data:
            data.start()
        stop.wait()
    sys.stdout.write("The local cloud has stopped.\n")
    return 0
