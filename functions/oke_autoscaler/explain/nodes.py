"""`oci-functions autoscaler nodes`: a table of the nodes with use, pods, cost a month, and what becomes of each."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.explain.command import read_input
from functions.oke_autoscaler.explain.node_use import NOT_USED, requests_by_node
from functions.oke_autoscaler.explain.table import format_table
from functions.oke_autoscaler.model.nodes import created_at
from functions.oke_autoscaler.model.pod_requests import amounts
from shared.errors import FunctionError

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision, NodeVerdict
    from functions.oke_autoscaler.model.snapshot import Snapshot

EXIT_UNREADABLE = 2
HEADINGS = ("NODE", "POOL", "AGE", "CPU %", "MEMORY %", "PODS", "A MONTH", "VERDICT")
CLEAR = "\x1b[H\x1b[2J"
MIN_SECONDS, DAY, HOUR, MINUTE = 1, 86_400, 3600, 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `nodes`."""
    parser.add_argument("--snapshot", metavar="FILE", help="the nodes of a snapshot file instead of a live cluster's")
    parser.add_argument(
        "--watch", type=float, metavar="SECONDS", help="print again after so many seconds, until Ctrl-C"
    )


def run(options: argparse.Namespace) -> int:
    """Print the table."""
    return _show(options, as_json=False)


def run_json(options: argparse.Namespace) -> int:
    """Print one JSON object a look."""
    return _show(options, as_json=True)


def _show(options: argparse.Namespace, *, as_json: bool) -> int:
    if options.watch is not None and options.watch < MIN_SECONDS:
        raise argparse.ArgumentError(None, f"argument --watch: must be {MIN_SECONDS} or more")
    while True:
        try:
            snapshot, decision, now = read_input(options.snapshot)
        except FunctionError as error:
            sys.stdout.buffer.write(msgspec.json.encode(error.to_body()) + b"\n")
            return EXIT_UNREADABLE
        found = table(snapshot, decision, now)
        if as_json:
            sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        else:
            sys.stdout.write(f"{CLEAR if options.watch and sys.stdout.isatty() else ''}{as_text(found)}\n")
        sys.stdout.flush()
        if options.watch is None:
            return 0
        time.sleep(options.watch)


def table(snapshot: Snapshot, decision: Decision, now: float) -> dict[str, Any]:
    """Return the nodes, and what all of them cost where every pool's cost is known."""
    asked = requests_by_node(snapshot)
    costs = {pool.name: pool.node_cost for pool in decision.pools}
    known = {node.metadata.name: node for node in snapshot.nodes}
    rows = []
    for verdict in decision.nodes:
        node, used = known.get(verdict.node), asked.get(verdict.node, NOT_USED)
        offered = amounts(node.status.allocatable) if node is not None and node.unreadable is None else {}
        created = created_at(node) if node is not None and node.unreadable is None else None
        rows.append(
            {
                "node": verdict.node,
                "pool": verdict.pool,
                "age_seconds": None if created is None else max(0, round(now - created)),
                "cpu_percent": _percent(used.cpu, offered.get("cpu")),
                "memory_percent": _percent(used.memory, offered.get("memory")),
                "pods": used.pods,
                "cost_per_month": costs.get(verdict.pool or ""),
                "verdict": _verdict(verdict),
            }
        )
    total = [row["cost_per_month"] for row in rows if row["pool"] is not None]
    return {"nodes": rows, "cost_per_month": None if None in total else sum(total)}


def _verdict(verdict: NodeVerdict) -> str:
    if verdict.remove_now:
        return f"goes now, {len(verdict.evict)} pods move"
    return f"stays: {verdict.stays or 'nothing asks for it'}"


def _percent(used: int, offered: int | None) -> int | None:
    return round(100 * used / offered) if offered else None


def as_text(found: dict[str, Any]) -> str:
    """Return the table as lines, the total below."""
    rows = [
        (
            row["node"],
            row["pool"] or "-",
            age_text(row["age_seconds"]),
            *(_cell(row[key]) for key in ("cpu_percent", "memory_percent", "pods", "cost_per_month")),
            row["verdict"],
        )
        for row in found["nodes"]
    ]
    cost = f", {found['cost_per_month']:.0f} a month" if found["cost_per_month"] is not None else ""
    return f"{format_table(HEADINGS, rows)}\n{len(rows)} nodes{cost}"


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def age_text(seconds: int | None) -> str:
    """Return an age as kubectl writes it: its largest unit."""
    if seconds is None:
        return "-"
    unit, letter = next((each for each in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")) if seconds >= each[0]), (1, "s"))
    return f"{seconds // unit}{letter}"
