"""`python -m emulator serve | cluster | press`: the commands of `oci-functions cloud`, read by argparse."""

from __future__ import annotations

import argparse
import sys

from emulator.base.listening import PortNotFree
from emulator.closed_loop.cluster_command import add_cluster_arguments, run_cluster
from emulator.press_command import add_press_arguments, run_press
from emulator.serve_command import add_serve_arguments, run_serve


def main(arguments: list[str]) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description="The local cloud.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, add_arguments, run, text in (
        ("serve", add_serve_arguments, run_serve, "run everything and print how to call it"),
        ("press", add_press_arguments, run_press, "press a card's button as its firmware does"),
        ("cluster", add_cluster_arguments, run_cluster, "run a scenario of the autoscaler on simulated time"),
    ):
        added = commands.add_parser(name, help=text)
        add_arguments(added)
        added.set_defaults(run=run)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except (PortNotFree, argparse.ArgumentError) as fault:
        parser.exit(2, f"{fault}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
