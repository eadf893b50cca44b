"""`python -m functions.oke_autoscaler explain`: what a tick would do on a snapshot, and why, without any network."""

from __future__ import annotations

import argparse
import os
import sys
import time
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.act.answers import pool_answer
from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.snapshot_file import read
from functions.oke_autoscaler.explain.text import text
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.model.decision import Decision

LIVE_SECONDS = 120.0
"""Time that reading a live cluster may take."""
FAULTY = 2
"""Exit code for a snapshot that cannot be decided on."""


def explain(data: bytes | mmap, clock: float) -> Decision:
    """Decide on a snapshot file. Raises BadSnapshot."""
    snapshot, settings, now = read(data, clock)
    return decide(snapshot, settings, now)


def report(decision: Decision) -> dict[str, Any]:
    """The JSON object that is printed."""
    return {
        "decision": summary(decision),
        "pools": [
            {
                "id": pool.id,
                "name": pool.name,
                "size": pool.size,
                "wanted_size": pool.wanted_size,
                "reason": pool.reason,
                "action": pool.action,
                "status": pool.status,
            }
            for pool in decision.pools
        ],
        "pods": decision.pods,
        "nodes": decision.nodes,
    }


def summary(decision: Decision) -> dict[str, Any]:
    """What the tick would answer: one pool's answer, or the most important one with all of them."""
    answers = [pool_answer(pool) for pool in decision.pools]
    if not answers:
        return {"action": "none", "reason": "no-node-pools"}
    bodies = [{**body, "level": level} for answer in answers for level, body in answer.items()]
    if len(bodies) == 1:
        return bodies[0]
    first = min(bodies, key=lambda body: (_RANK.get(body["action"], 2), body["level"] == "success", _rank_reason(body)))
    return {"action": first["action"], "reason": first["reason"], "level": first["level"], "node-pools": answers}


_RANK = {"scale-up": 0, "scale-down": 1}


def _rank_reason(body: dict[str, str]) -> bool:
    return body["reason"] == "no-resource-pressure"


def main(arguments: Sequence[str]) -> int:
    """Run the command; 0, or 2 with ``{"error": …}`` for a faulty snapshot."""
    parser = argparse.ArgumentParser(prog="python -m functions.oke_autoscaler explain", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--snapshot", metavar="FILE", help="a snapshot as JSON; - reads standard input")
    source.add_argument("--live", action="store_true", help="read a real cluster through the function's own settings")
    parser.add_argument("--text", action="store_true", help="say it in sentences for people")
    options = parser.parse_args(arguments)
    try:
        decision = _live() if options.live else explain(_bytes(options.snapshot), time.time())
    except FunctionError as error:
        _print(msgspec.json.encode(error.to_body()))
        return FAULTY
    _print(text(decision).encode() if options.text else msgspec.json.encode(report(decision)))
    return 0


def _live() -> Decision:
    """The decision on a real cluster: config keys from the environment, read as a tick reads, nothing written."""
    from functions.oke_autoscaler import tick  # needs the OCI SDK; a file does not
    from functions.oke_autoscaler.clients.changes import Changes
    from functions.oke_autoscaler.settings import Settings
    from shared.deadline import Deadline
    from shared.settings import load

    deadline = Deadline.after(LIVE_SECONDS)
    return tick.connect(load(Settings, os.environ), deadline, Changes(dry_run=True)).observe()[1]


def _bytes(name: str) -> bytes | mmap:
    """Standard input, or the file, mapped; an empty file cannot be mapped and is no snapshot either."""
    try:
        if name == "-":
            return sys.stdin.buffer.read()
        with Path(name).open("rb") as file:
            return mmap(file.fileno(), 0, access=ACCESS_READ) if Path(name).stat().st_size else b""
    except OSError as fault:
        raise BadSnapshot("$", f"{name} cannot be read: {fault.strerror}") from None


def _print(data: bytes) -> None:
    sys.stdout.buffer.write(data + b"\n")
