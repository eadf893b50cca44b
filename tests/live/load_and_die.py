"""Loads one object and kills its own process (SIGKILL) at a round trip: `… DSN USER NUMBER before|after FOLDER`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from typing import TYPE_CHECKING

from tests.live import test_oracle_faults as faults
from tests.support.oracle_server import OracleServer

if TYPE_CHECKING:
    import oracledb


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Mortal(OracleServer):
    """Its sessions count round trips and die at one of them."""

    at: int = 0
    phase: str = "before"

    def connect(self) -> oracledb.Connection:
        connection = super().connect()
        seen = 0

        def before(_name: str) -> Callable[..., None] | None:
            nonlocal seen
            seen += 1
            if seen != self.at:
                return None
            if self.phase == "before":
                die()
            return die

        connection.round_trip_callback = before
        return connection


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Load a report and die at a round trip; the password comes from stdin."
    )
    for name in ("dsn", "user", "number", "phase", "folder"):
        parser.add_argument(name)
    dsn, user, number, phase, folder = vars(parser.parse_args()).values()
    server = Mortal(dsn, user, sys.stdin.readline().strip(), "", int(number), phase)
    faults.load_once(server, faults.source_in(Path(folder)), f"mortal-{number}")
