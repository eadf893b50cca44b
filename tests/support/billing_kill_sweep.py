"""Loads a folder again and again in processes that are killed (SIGKILL) at chosen steps; prints what came of it.

A step is the moment before or after a statement on the warehouse or a read of a report. Each point gets a warehouse of
its own: killed once at the step, then loaded until nothing is left, then compared with a load that nobody killed.
`python -m tests.support.billing_kill_sweep FOLDER WORK SEED POINTS` (0 points: all) prints one JSON object.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import functions.adw_billing.parse.parser  # noqa: F401  (once, and not in every child)
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun
from functions.adw_billing.parse.chunks import CHUNK_BYTES
from functions.adw_billing.settings import DIALECTS
from functions.adw_billing.source import reports
from functions.adw_billing.warehouse.duckdb.file import connect
from functions.adw_billing.warehouse.duckdb.session import Session
from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse
from shared.deadline import Deadline

if TYPE_CHECKING:
    import pyarrow as pa

    from functions.adw_billing.model.report_object import ReportObject

TABLES = (
    "SELECT * FROM oci_cost ORDER BY ALL",
    "SELECT * FROM oci_usage ORDER BY ALL",
    "SELECT * FROM oci_focus ORDER BY ALL",
    "SELECT * FROM oci_cost_daily ORDER BY ALL",
    "SELECT * FROM oci_loader ORDER BY ALL",
    "SELECT * FROM oci_billing ORDER BY ALL",
    "SELECT * FROM oci_report_rejected ORDER BY ALL",
    "SELECT * EXCLUDE (loaded_at, call_id) FROM oci_report ORDER BY ALL",
    "SELECT * FROM oci_report_claim",
    "SELECT * FROM oci_cost_stage UNION ALL SELECT * FROM oci_cost_stage",
    "SELECT * FROM oci_report_rejected_stage",
)
WAYS = ("alone", "sliced", "together")
"""How objects are loaded: each in a transaction of its own, in slices, or several in one transaction."""
NO_TIME = 1e-9
"""Seconds left that no object fits into: all are loaded in slices."""


class Steps:
    """Counts steps and ends the process at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.count = 0
        self._kill_at = kill_at

    def step(self) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def call(folder: Path, warehouse: Path, steps: Steps, way: str) -> None:
    """One call of the loader."""

    class SteppingSession(Session):
        def run(self, statement: str, values: Any = None, rows: pa.Table | None = None) -> None:
            steps.step()
            super().run(statement, values, rows)
            steps.step()

    class SteppingFolder(reports.Folder):
        def read(self, report: ReportObject) -> Iterator[bytes]:
            for chunk in super().read(report):
                steps.step()
                yield chunk

    session = SteppingSession(connect(str(warehouse), Deadline.after(30), 0))
    opened = DuckDbWarehouse(session, call_id="sweep", cost_from="")
    opened.migrate()
    options = LoadOptions(
        newest_first=False,
        max_rows_per_slice=20,
        left_seconds=lambda: NO_TIME if way == "sliced" else 1e6,
        chunk_bytes=CHUNK_BYTES if way == "together" else 4000,
    )
    while LoadRun(SteppingFolder(folder, "", DIALECTS), opened, options).run().remaining:
        pass
    opened.close()


def in_child(folder: Path, warehouse: Path, kill_at: int, way: str) -> int:
    """Run a call in a process of its own; its steps, or -1 when it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        steps = Steps(kill_at)
        try:
            call(folder, warehouse, steps, way)
            os.write(writer, str(steps.count).encode())
        finally:
            os._exit(0)
    os.close(writer)
    _, status = os.waitpid(child, 0)
    text = os.read(reader, 20)
    os.close(reader)
    if os.WIFSIGNALED(status):
        return -1
    if not text:
        raise RuntimeError(f"the call at {warehouse} failed")
    return int(text)


def content(warehouse: Path) -> list[str]:
    """Everything in a warehouse, as texts, read by a process of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        import hashlib

        import duckdb

        with duckdb.connect(str(warehouse), read_only=True) as connection:
            found = [hashlib.sha256(str(connection.execute(sql).fetchall()).encode()).hexdigest() for sql in TABLES]
        os.write(writer, json.dumps(found).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text)  # type: ignore[no-any-return]


def main(folder: Path, work: Path, seed: str, points: int) -> dict[str, object]:
    """The sweep: each way has its part of the points, and all end alike."""
    differing: list[str] = []
    ends: dict[str, list[str]] = {}
    killed = total = 0
    for at, way in enumerate(WAYS):
        want_path = work / f"want-{way}.duckdb"
        steps = in_child(folder, want_path, 0, way)
        want = ends[way] = content(want_path)
        chosen = list(range(1, steps + 1))
        if points:
            part = points // len(WAYS) + (at < points % len(WAYS))
            chosen = sorted(random.Random(f"{seed}-{way}").sample(chosen, min(part, steps)))
        total += steps
        for point in chosen:
            warehouse = work / f"{way}-{point}.duckdb"
            killed += in_child(folder, warehouse, point, way) == -1
            in_child(folder, warehouse, 0, way)
            if content(warehouse) != want:
                differing.append(f"{way} point={point}")
            for path in itertools.chain(work.glob(f"{warehouse.name}*")):
                path.unlink()
    differing += [way for way in WAYS if ends[way] != ends[WAYS[0]]]
    return {"steps": total, "killed": killed, "differing": differing}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
