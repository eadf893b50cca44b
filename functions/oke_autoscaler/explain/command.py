"""`oci-functions autoscaler explain`: what a tick would do on a snapshot, and why, without any network.

This is the outermost room of the function: `--live` reads through the tick itself, so that it shows what the next tick
would decide on. Nothing of the function but `__main__` imports this room.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from functions.oke_autoscaler.act.answers import pool_answer
from functions.oke_autoscaler.act.discover import among
from functions.oke_autoscaler.act.flapping import with_flapping
from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.live import connect_live, with_course
from functions.oke_autoscaler.explain.manifest import OPTION
from functions.oke_autoscaler.explain.save import snapshot_bytes, write_file
from functions.oke_autoscaler.explain.snapshot_file import read
from functions.oke_autoscaler.explain.text import text
from functions.oke_autoscaler.explain.what_if import WhatIf, read_what_if
from functions.oke_autoscaler.model.reasons import NO_NODE_POOLS, NO_RESOURCE_PRESSURE
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.model.decision import Decision
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.settings import Settings

DESCRIPTION = "Print what a tick would do on a snapshot, and why, without any network."

EXIT_FAULTY_SNAPSHOT = 2


def explain(data: bytes | mmap, clock: float, otherwise: WhatIf | None = None) -> Decision:
    """Decide on a snapshot file, as it is or as it would be ``otherwise``. Raises BadSnapshot."""
    return decide_otherwise(data, clock, otherwise or WhatIf()).decision


class Explained(NamedTuple):
    """A decision on a snapshot file, and what it was made of."""

    snapshot: Snapshot
    decision: Decision
    now: float
    settings: Settings


def decide_otherwise(data: bytes | mmap, clock: float, otherwise: WhatIf) -> Explained:
    """Decide on a snapshot file as it would be ``otherwise``. Raises BadSnapshot."""
    snapshot, settings, now = read(data, clock, otherwise.settings)
    if settings.node_pool_tag:
        settings, left_out = among(snapshot.pools or (), settings)
        snapshot = replace(snapshot, left_out=(*snapshot.left_out, *left_out))
    settings = otherwise.with_pool_settings(settings, snapshot)
    snapshot = otherwise.with_pods(snapshot)
    decision = with_flapping(decide(snapshot, settings, now), snapshot, settings, now)
    return Explained(snapshot, decision, now, settings)


def read_input(file: str | None) -> tuple[Snapshot, Decision, float]:
    """Return a snapshot file, or what a live cluster holds without one, with the decision and its time."""
    if file is not None:
        return decide_otherwise(file_bytes(file), time.time(), WhatIf())[:3]
    tick = connect_live()
    observed, decision, now = tick.observe()
    snapshot = with_course(observed.snapshot, tick)
    return snapshot, with_flapping(decision, snapshot, tick.settings, now), now


def decision_object(decision: Decision) -> dict[str, Any]:
    """Return the JSON object that is printed."""
    return {
        "decision": overall_answer(decision),
        "pools": [
            {
                "id": pool.id,
                "name": pool.name,
                "size": pool.size,
                "wanted_size": pool.wanted_size,
                "reason": pool.reason,
                "detail": pool.detail,
                "action": pool.action,
                "status": pool.status,
            }
            for pool in decision.pools
        ],
        "pods": decision.pods,
        "nodes": decision.nodes,
        **({"unreadable": decision.unreadable} if decision.unreadable else {}),
    }


def overall_answer(decision: Decision) -> dict[str, Any]:
    """Return what the tick would answer: one pool's answer, or the most important one with all of them."""
    answers = [pool_answer(pool) for pool in decision.pools]
    if not answers:
        return {"action": "none", "reason": NO_NODE_POOLS}
    bodies = [{**body, "level": level} for answer in answers for level, body in answer.items()]
    if len(bodies) == 1:
        return bodies[0]
    first = min(bodies, key=_rank)
    return {"action": first["action"], "reason": first["reason"], "level": first["level"], "node-pools": answers}


_ACTION_ORDER = ("scale-up", "scale-down", "none")


def _rank(body: dict[str, str]) -> tuple[int, bool, bool]:
    """Order answers: those that change something first, then warnings, then those with something to say."""
    return _ACTION_ORDER.index(body["action"]), body["level"] == "success", body["reason"] == NO_RESOURCE_PRESSURE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `explain`."""
    parser.add_argument("--snapshot", metavar="FILE", help="a snapshot as JSON; - reads standard input")
    parser.add_argument("--live", action="store_true", help="read a real cluster through the function's own settings")
    parser.add_argument(
        "--save", metavar="FILE", help="with --live: write what was read as a snapshot, without what may be secret"
    )
    parser.add_argument(
        OPTION,
        action="append",
        metavar="KEY=VALUE",
        help="decide as if: a config key (node_utilization_percent=70), a key of every pool (max_size=20) or of one "
        "(pool.max_size=20), or add=MANIFEST with further pods (Deployment, StatefulSet, Job, Pod, as YAML or JSON)",
    )
    parser.add_argument("--text", action="store_true", help="say it in sentences for people")


def run(options: argparse.Namespace) -> int:
    """Print the decision; return 0, or 2 with ``{"error": …}`` printed for a snapshot that cannot be decided on.

    Raises argparse.ArgumentError unless there is exactly one of ``--snapshot`` and ``--live``.
    """
    if options.snapshot is None and not options.live:
        raise argparse.ArgumentError(None, "one of the arguments --snapshot --live is required")
    if options.snapshot is not None and options.live:
        raise argparse.ArgumentError(None, "argument --live: not allowed with argument --snapshot")
    if options.save and not options.live:
        raise argparse.ArgumentError(None, "argument --save: needs --live")
    try:
        otherwise = read_what_if(options.what_if or ())
        if otherwise.passed_over:
            sys.stderr.write(f"passed over, since no pods of theirs wait: {', '.join(otherwise.passed_over)}\n")
        if options.live:
            decision = _live(options.save, otherwise if options.what_if else None)
        else:
            decision = explain(file_bytes(options.snapshot), time.time(), otherwise)
    except FunctionError as error:
        _print(msgspec.json.encode(error.to_body()))
        return EXIT_FAULTY_SNAPSHOT
    _print(text(decision).encode() if options.text else msgspec.json.encode(decision_object(decision)))
    return 0


def main(arguments: Sequence[str]) -> int:
    """Run the command from its arguments, read by argparse: the image has no click."""
    prog = "python -m functions.oke_autoscaler explain"
    usage = f"{prog} [-h] (--snapshot FILE | --live [--save FILE]) [--what-if KEY=VALUE] [--text]"
    parser = argparse.ArgumentParser(prog=prog, usage=usage, description=DESCRIPTION)
    add_arguments(parser)
    try:
        return run(parser.parse_args(arguments))
    except argparse.ArgumentError as fault:
        parser.error(str(fault))


def _live(save: str | None, otherwise: WhatIf | None) -> Decision:
    """Decide on a real cluster, nothing written to it."""
    snapshot, decision, now = read_input(None)
    if not save and otherwise is None:
        return decision
    data = snapshot_bytes(snapshot, os.environ, now)
    if save:
        write_file(save, data)
    return decision if otherwise is None else explain(data, now, otherwise)


def file_bytes(name: str) -> bytes | mmap:
    """Read standard input, or map the file; an empty one cannot be mapped and is no snapshot. Raises BadSnapshot."""
    try:
        if name == "-":
            return sys.stdin.buffer.read()
        with Path(name).open("rb") as file:
            return mmap(file.fileno(), 0, access=ACCESS_READ) if Path(name).stat().st_size else b""
    except OSError as fault:
        raise BadSnapshot("$", f"{name} cannot be read: {fault.strerror}") from None


def _print(data: bytes) -> None:
    sys.stdout.buffer.write(data + b"\n")
