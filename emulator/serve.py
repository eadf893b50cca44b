"""`python -m emulator serve`: everything at once, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.cloud import Cloud, CloudOptions
from emulator.example import explain, fill

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

PORT = 8180


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `serve`."""
    parser.add_argument("--port", type=int, default=PORT, help="port of the OCI services (0: any free one)")
    parser.add_argument("--root", type=Path, help="folder for objects, cards and keys (default: a temporary one)")


def run(arguments: Namespace) -> int:
    """Serve until a signal arrives; return the exit status."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        root = arguments.root or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="local-cloud-")))
        cloud = stack.enter_context(Cloud(root.resolve(), options=CloudOptions(port=arguments.port)))
        sys.stdout.write(explain(cloud, fill(cloud)) + "\n\nCtrl-C ends it.\n")
        sys.stdout.flush()
        stop.wait()
    sys.stdout.write("The local cloud has stopped.\n")
    return 0
