"""Migrates copies of a warehouse in processes that are killed (SIGKILL) at each statement; prints what came of it.

`python -m tests.contract.adw_billing.schema.kill_migrations WAREHOUSE WORK EVERY` kills at every so many statements,
migrates what is left, and prints one JSON object: how many were killed, how many of them left the version before, and
which differ in the end from a migration that nobody killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from functions.adw_billing.warehouse.duckdb.file import connect
from functions.adw_billing.warehouse.duckdb.schema import migrate
from functions.adw_billing.warehouse.duckdb.session import Session
from shared.deadline import Deadline


def in_child(work: Callable[[], object]) -> Any:
    """Do it in a process of its own; its answer, None where it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else json.loads(text)


def migrated(path: Path, kill_at: int = 0) -> int:
    """Migrate; how many statements that took."""
    count = 0

    class MortalSession(Session):
        def run(self, statement: str, values: Any = None, rows: Any = None) -> None:
            nonlocal count
            count += 1
            if count == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            super().run(statement, values, rows)

    session = MortalSession(connect(str(path), Deadline.after(30), 0))
    migrate(session)
    session.connection.close()
    return count


def content(path: Path) -> list[str]:
    """The version, and a hash of all rows of all tables and of the views' text."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = "SELECT table_name FROM duckdb_tables() ORDER BY 1"
        rows = [
            connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            for (name,) in connection.execute(names).fetchall()
        ]
        views = "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY 1"
        rows.append(connection.execute(views).fetchall())
        ((version,),) = connection.execute("SELECT value FROM oci_loader WHERE name = 'schema_version'").fetchall()
    return [version, hashlib.sha256(str(rows).encode()).hexdigest()]


def main(warehouse: Path, work: Path, every: int) -> dict[str, object]:
    """The sweep."""
    want_path = work / "want.duckdb"
    shutil.copy(warehouse, want_path)
    before = in_child(lambda: content(warehouse))
    statements = in_child(lambda: migrated(want_path))
    want = in_child(lambda: content(want_path))
    killed = left_as_before = 0
    differing = []
    for point in range(1, statements + 1, every):
        path = work / "killed.duckdb"
        shutil.copy(warehouse, path)
        killed += in_child(lambda path=path, point=point: migrated(path, point)) is None  # type: ignore[misc]
        left_as_before += in_child(lambda path=path: content(path)) == before  # type: ignore[misc]
        in_child(lambda path=path: migrated(path))  # type: ignore[misc]
        if in_child(lambda path=path: content(path)) != want:  # type: ignore[misc]
            differing.append(point)
        for each in work.glob("killed.duckdb*"):
            each.unlink()
    return {
        "statements": statements,
        "killed": killed,
        "left_as_before": left_as_before,
        "differing": differing,
        "changed": before != want,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
