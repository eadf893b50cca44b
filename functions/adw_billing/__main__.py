"""`python -m functions.adw_billing load | report`: the loader on this machine's files, and what the bill comes to."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.adw_billing.settings import DIALECTS, usage_day
from shared.deadline import Deadline
from shared.errors import BadRequest, FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT_SECONDS = 60.0
"""How long the command line waits for a file that another process has."""
ALL_DAY_SECONDS = 86_400.0
BAR_WIDTH = 30


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its answer on stdout, 1 when it is an error."""
    parser = argparse.ArgumentParser(prog="python -m functions.adw_billing", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    load = commands.add_parser("load", help="load the .csv and .csv.gz files below a folder")
    load.add_argument("--reports", required=True, type=Path, metavar="FOLDER")
    load.add_argument("--warehouse", required=True, metavar="FILE")
    load.add_argument("--detail", action="store_true", help="answer rows, sums, bytes and seconds of each report")
    load.add_argument("--tenancy", default="", help="tenancy OCID; default: that of the rows")
    load.add_argument("--cost-from", default="", metavar="YYYY-MM-DD", help="setting oci_billing_cost_from")
    report = commands.add_parser("report", help="print cost by service by day and reconciliation, write a page")
    report.add_argument("--warehouse", required=True, metavar="FILE")
    report.add_argument("--out", default=Path("out/cost.html"), type=Path, metavar="HTML", help="default: %(default)s")
    options = parser.parse_args(arguments)
    logging.getLogger("adw-billing").setLevel(logging.WARNING)
    try:
        return _report(options) if options.command == "report" else _load(options)
    except FunctionError as error:
        fault = error
    except OSError as error:
        fault = BadRequest(f"{error.filename or 'a report'}: {error.strerror}", fix="make it readable for this user")
    fault.fix = fault.advice
    print(json.dumps(fault.to_body(), ensure_ascii=False))  # noqa: T201  (stdout is the answer)
    return 1


def _load(options: argparse.Namespace) -> int:
    from functions.adw_billing.loader.call import Call, Orders
    from functions.adw_billing.source.reports import Folder
    from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse

    if not options.reports.is_dir():
        raise BadRequest(f"{options.reports} is no folder", fix="name a folder with reports", field="reports")
    path = options.warehouse.removeprefix("duckdb:")
    try:
        cost_from = usage_day(options.cost_from) if options.cost_from else ""
    except ValueError as fault:
        raise BadRequest(f"--cost-from {fault}", fix="name a usage day", field="cost-from") from None
    warehouse = DuckDbWarehouse(
        path, Deadline.after(WAIT_SECONDS), call_id=uuid.uuid4().hex, cost_from=cost_from, margin_seconds=0
    )
    deadline = Deadline.after(ALL_DAY_SECONDS)
    try:
        warehouse.migrate()
        orders = Orders(
            newest_first=False,
            max_rows_per_slice=1_000_000,
            left_seconds=deadline.remaining_seconds,
            progress=_bar() if sys.stderr.isatty() else _silent,
        )
        folder = Folder(options.reports, options.tenancy, DIALECTS, warehouse.tenancies())
        summary = Call(folder, warehouse, orders).run()
    finally:
        warehouse.close()
    if folder.unreadable:
        raise BadRequest(f"{', '.join(folder.unreadable)}: not readable", fix="make it readable for this user")
    answer: Any = summary.detail() if options.detail else summary.names()
    print(json.dumps(answer, ensure_ascii=False))  # noqa: T201
    return 0


def _report(options: argparse.Namespace) -> int:
    from functions.adw_billing.cost_report.command import report

    path = options.warehouse.removeprefix("duckdb:")
    print(report(path, options.out, Deadline.after(WAIT_SECONDS)), end="")  # noqa: T201
    return 0


def _silent(_done: int, _total: int, _rows: int) -> None:
    """No bar where nobody looks."""


def _bar() -> Callable[[int, int, int], None]:
    """A progress bar on stderr."""
    started = time.monotonic()

    def show(done: int, total: int, rows: int) -> None:
        filled = BAR_WIDTH * done // max(1, total)
        speed = rows / max(1e-6, time.monotonic() - started)
        end = "\n" if done == total else ""
        text = (
            f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {done}/{total} reports, {rows} rows, {speed:,.0f} rows/s"
        )
        print(text, end=end, file=sys.stderr, flush=True)  # noqa: T201

    return show


if __name__ == "__main__":
    sys.exit(main())
