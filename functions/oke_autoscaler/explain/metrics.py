"""`oci-functions autoscaler metrics`: what the last ticks left in the cluster, in Prometheus' text format."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.act.status_report import METRICS
from functions.oke_autoscaler.clients.status_maps import read_status
from functions.oke_autoscaler.explain.live import connect_live
from shared.errors import FunctionError

if TYPE_CHECKING:
    import argparse

EXIT_UNREADABLE = 2


def add_arguments(_: argparse.ArgumentParser) -> None:
    """Declare no arguments."""


def run(_: argparse.Namespace) -> int:
    """Print the metrics; nothing when no tick has written any."""
    try:
        text = read_status(connect_live().cluster.api).get(METRICS, "")
    except FunctionError as error:
        sys.stdout.buffer.write(msgspec.json.encode(error.to_body()) + b"\n")
        return EXIT_UNREADABLE
    sys.stdout.write(text)
    return 0
