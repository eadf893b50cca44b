"""`oci-functions autoscaler history`: what ticks have changed, why, for whom, and what it costs a month."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.explain.live import connect_live
from functions.oke_autoscaler.explain.table import print_table
from functions.oke_autoscaler.model.tick_state import MAX_HISTORY
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.model.tick_state import ChangeRecord

EXIT_UNREADABLE = 2
HEADINGS = ("WHEN (UTC)", "WHAT", "POOL", "NODES", "A MONTH", "FOR", "WHY")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `history`."""
    parser.add_argument(
        "--last", type=int, default=MAX_HISTORY, metavar="COUNT", help="the newest changes only (default %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Print the changes as a table, newest last."""
    return _show(options.last, as_json=False)


def run_json(options: argparse.Namespace) -> int:
    """Print the changes as a JSON list."""
    return _show(options.last, as_json=True)


def _show(last: int, *, as_json: bool) -> int:
    if last < 1:
        raise argparse.ArgumentError(None, "argument --last: must be a whole number from 1 up")
    try:
        memory = connect_live().memory
        changes = memory.read().history[-last:]
        if memory.fault:
            sys.stderr.write(f"{memory.fault}\n")
    except FunctionError as error:
        sys.stdout.buffer.write(msgspec.json.encode(error.to_body()) + b"\n")
        return EXIT_UNREADABLE
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode([as_object(change) for change in changes]) + b"\n")
    else:
        print_table(HEADINGS, rows(changes))
    return EXIT_UNREADABLE if memory.fault else 0


def as_object(change: ChangeRecord) -> dict[str, object]:
    """Return a change as a JSON object, with its time in words."""
    found: dict[str, object] = msgspec.to_builtins(change)
    return {**found, "at": _time(change.at)}


def rows(changes: Sequence[ChangeRecord]) -> list[tuple[str, ...]]:
    """Return the rows of the table."""
    return [
        (
            _time(change.at),
            "FLAPPING" if change.flapping else change.what,
            change.pool or "-",
            _sizes(change),
            "-" if change.cost_per_month is None else f"{change.cost_per_month:+.0f}",
            _whom(change),
            change.flapping or change.why,
        )
        for change in changes
    ]


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sizes(change: ChangeRecord) -> str:
    if change.size_after is None:
        return ", ".join(change.nodes) or "-"
    return f"{'?' if change.size_before is None else change.size_before} -> {change.size_after}"


def _whom(change: ChangeRecord) -> str:
    names = change.owners or change.pods or tuple(f"node {name}" for name in change.nodes)
    if not names:
        return "-"
    more = len(names) - 1
    pods = f" ({change.pods_count} pods)" if change.pods_count > 1 else ""
    return f"{names[0]}{f' and {more} more' if more else ''}{pods}"
