"""Command line of the local cloud: `python -m emulator serve` and `python -m emulator cluster`."""

from __future__ import annotations

import argparse
import sys

from emulator import serve
from emulator.closed_loop import command
from emulator.cloud import PortNotFree


def main(arguments: list[str]) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module, text in (
        ("serve", serve, "run everything and print how to call it"),
        ("cluster", command, "run a scenario of the autoscaler on simulated time"),
    ):
        added = commands.add_parser(name, help=text)
        module.add_arguments(added)
        added.set_defaults(run=module.run)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except PortNotFree as fault:
        parser.exit(2, f"{fault}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
