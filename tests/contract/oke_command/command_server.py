"""A process that forks one child a command of `oke`: real processes to be killed, without their imports each time.

`python -m tests.contract.oke_command.command_server` reads a JSON object a line (`command`, `words`, `out`), forks, and
prints the child's process id. The child runs the command, writes its status and output to the file `out` and ends.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import signal
import sys
import traceback
from pathlib import Path

from ops.oke import create, delete
from ops.oke.pace import Pace
from ops.oke.wanted import add_arguments as add_create_arguments

COMMANDS = {"create": (add_create_arguments, create.run), "delete": (delete.add_arguments, delete.run)}
PACE = Pace(first_seconds=0.002, longest_seconds=0.005)
"""Waits of nearly nothing: the cluster's clock is moved by the calls."""


def ended(command: str, words: list[str]) -> dict[str, object]:
    """Run a command; return how it ended."""
    add_arguments, run = COMMANDS[command]
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        status = run(parser.parse_args(words), PACE)
    return {"status": status, "out": out.getvalue(), "err": err.getvalue()}


def main() -> None:
    """Serve until standard input ends."""
    import yaml  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the kernel collects them
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid:
            print(pid, flush=True)  # noqa: T201
            continue
        try:
            answer = ended(request["command"], request["words"])
        except BaseException:  # noqa: BLE001  (the test must see whatever it is)
            answer = {"crash": traceback.format_exc()}
        out = Path(request["out"])
        out.with_suffix(".new").write_text(json.dumps(answer))
        out.with_suffix(".new").rename(out)
        os._exit(0)


if __name__ == "__main__":
    main()
