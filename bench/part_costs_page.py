"""adw-billing's page: CPU of its views on three years of 12,000,000 lines each, and of the first one on a database.

The lines of the newest three months are there, and the summary of all days: no first view reads a line. On the database
that ORACLE_TEST_DSN, ORACLE_TEST_USER and ORACLE_TEST_PASSWORD name it is the function's own CPU: what the database
does is its own, and answers of two months have as many rows as those of three years.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from bench.children.costs_page_child import DAYS, GROUPS, LINES
from bench.table import Row
from emulator.functions_app import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_VIEW_SECONDS = 1.0
FIRST = "first view"


def rows() -> Iterator[Row]:
    """Measure the views of an embedded warehouse, and the first one of a database where there is one."""
    with tempfile.TemporaryDirectory(prefix="bench-costs-") as folder:
        found = _asked(f"{folder}/w.duckdb", {})
    lines = f"{DAYS * GROUPS * LINES:,} lines, {found['rows']['oci_cost_daily']:,} rows in the summary"
    yield from _views(found["views"], lines)
    dsn = os.environ.get("ORACLE_TEST_DSN", "")
    if not dsn:
        yield Row("first view on Oracle", "not measured: no ORACLE_TEST_DSN")
        return
    user, password = (os.environ.get(f"ORACLE_TEST_{name}", "") for name in ("USER", "PASSWORD"))
    keys = {"usage_report_bucket": "ocid1.tenancy.oc1..aaaaaaaabench", "oci_config_profile": "NONE"}
    yield from _views(
        _asked("oracle", {**keys, "db_dsn": dsn, "db_user": user, "db_pass": password})["views"], "Oracle"
    )


def _views(views: dict[str, dict[str, float]], where: str) -> Iterator[Row]:
    for name, found in views.items():
        seconds = found["seconds"]
        bar, holds = (f"{FIRST_VIEW_SECONDS:.0f} s", seconds <= FIRST_VIEW_SECONDS) if name == FIRST else ("", None)
        value = f"{seconds:.2f} s, {found['first_seconds']:.2f} at first"
        yield Row(f"{name}, {where}: CPU" if name == FIRST else f"  {name}", value, bar, holds)
        if name == FIRST:
            yield Row("  its bytes", f"{found['bytes']:,.0f}")


def _asked(warehouse: str, keys: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.children.costs_page_child", warehouse]
    environment = {**os.environ, **keys}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)  # noqa: S603  (ours)
    return dict(json.loads(done.stdout))
