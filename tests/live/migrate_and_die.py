"""Migrates and kills its own process (SIGKILL) at a round trip: `… DSN USER NUMBER before|after`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from shared.deadline import Deadline
from tests.live.load_and_die import Mortal

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Migrate and die at a round trip; the password comes from stdin.")
    for name in ("dsn", "user", "number", "phase"):
        parser.add_argument(name)
    dsn, user, number, phase = vars(parser.parse_args()).values()
    server = Mortal(dsn, user, sys.stdin.readline().strip(), "", int(number), phase)
    server.warehouse(Deadline.after(120), f"mortal-{number}").migrate()
