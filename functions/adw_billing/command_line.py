"""The loader on this machine's files, and what the bill comes to: `oci-functions billing load` and `… report`.

``add_load_arguments`` and ``add_report_arguments`` declare what a command takes, once for argparse, which the image can
run (``__main__``), and for the command line of ``ops.cli``. Each command returns its exit status.
"""

from __future__ import annotations

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
    import argparse
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from functions.adw_billing.cost_report.data import CostReport
    from functions.adw_billing.loader.load_run import LoadSummary

WAIT_SECONDS = 60.0
"""How long the command line waits for a file that another process has open."""
LOAD_SECONDS = 86_400.0
"""How long a load may take: a day, which no load of one machine reaches."""
BAR_CHARACTERS = 30


def add_load_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `load`."""
    parser.add_argument(
        "--reports", required=True, type=Path, metavar="FOLDER", help="folder of .csv and .csv.gz files"
    )
    parser.add_argument("--warehouse", required=True, metavar="FILE", help="DuckDB file, made when it is not there")
    parser.add_argument("--detail", action="store_true", help="answer rows, sums, bytes and seconds of each report")
    parser.add_argument(
        "--tenancy",
        default="",
        help="OCID of the bucket's tenancy; default: the one of all rows",
    )
    parser.add_argument("--cost-from", default="", metavar="YYYY-MM-DD", help="setting oci_billing_cost_from")


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `report`."""
    parser.add_argument("--warehouse", required=True, metavar="FILE", help="DuckDB file with loaded reports")
    parser.add_argument(
        "--out", default=Path("out/cost.html"), type=Path, metavar="HTML", help="the page; default: %(default)s"
    )
    help_by = "of the text: days or months; default: days, and months for more than 62 days"
    parser.add_argument("--by", choices=("day", "month"), default=None, help=help_by)


def load(options: argparse.Namespace) -> int:
    """Load a folder of reports; print the names, or with ``--detail`` an object.

    Beside the answer, on stderr: what was passed over or is in quarantine. Status 1 also when nothing was found, when
    nothing of what was read could be loaded, and when a report was refused that is loaded under another name.
    """
    achieved = True

    def text() -> str:
        nonlocal achieved
        from functions.adw_billing.loader.load_remarks import achieved_something, remarks, same_reports
        from functions.adw_billing.source.passed_over import passed_over

        summary = _load(options)
        refused = same_reports(summary)
        achieved = achieved_something(summary) and refused is None
        for line in (*passed_over(options.reports), *remarks(summary)):
            sys.stderr.write(f"{line}\n")
        if refused and not options.detail:
            raise refused
        answer = summary.detail() | (refused.to_body() if refused else {}) if options.detail else summary.names()
        return json.dumps(answer, ensure_ascii=False) + "\n"

    return _answered(text) or int(not achieved)


def report(options: argparse.Namespace) -> int:
    """Write the page of costs and print the report as text."""

    def text() -> str:
        from functions.adw_billing.cost_report.text import text as plain_text

        return f"{plain_text(_report(options))}\n{options.out} written\n"

    return _answered(text)


def report_json(options: argparse.Namespace) -> int:
    """Write the page of costs and print the report as one JSON object, sums as exact texts."""

    def text() -> str:
        import msgspec

        from functions.adw_billing.cost_report.json_data import json_data

        return msgspec.json.encode({**json_data(_report(options)), "page": str(options.out)}).decode() + "\n"

    return _answered(text)


def query(options: argparse.Namespace) -> int:
    """Answer a question about the bill."""

    def text() -> str:
        from functions.adw_billing.query_command import run_query

        run_query(options, sys.stdout)
        return ""

    return _answered(text)


def export(options: argparse.Namespace) -> int:
    """Write FOCUS 1.2 by month."""

    def text() -> str:
        from functions.adw_billing.export_command import run_export

        return run_export(options)

    return _answered(text)


def adopt(options: argparse.Namespace) -> int:
    """Take over what usage2adw has loaded."""

    def text() -> str:
        from functions.adw_billing.adopt_command import run_adopt

        return run_adopt(options)

    return _answered(text)


def _answered(answer: Callable[[], str]) -> int:
    """Print an answer, or the error in its place with status 1."""
    logging.getLogger("adw-billing").setLevel(logging.WARNING)
    try:
        text = answer()
    except FunctionError as error:
        fault = error
    except OSError as error:
        fault = BadRequest(f"{error.filename or 'a report'}: {error.strerror}", fix="make it readable for this user")
    else:
        sys.stdout.write(text)
        return 0
    sys.stdout.write(json.dumps(fault.to_body(), ensure_ascii=False) + "\n")
    return 1


def _report(options: argparse.Namespace) -> CostReport:
    """Read what the report says, and write the page; errors are those of both."""
    from functions.adw_billing.cost_report.command import read_costs
    from functions.adw_billing.costs_page.command import write_report_page

    found = read_costs(_path(options), _reading, options.by)
    write_report_page(_path(options), options.out, Deadline.after(WAIT_SECONDS))
    return found


def _reading(path: str) -> AbstractContextManager[Callable[[str], list[tuple[Any, ...]]]]:
    """Open a warehouse's file to be read only."""
    from functions.adw_billing.open_warehouse import reading_file

    return reading_file(path, Deadline.after(WAIT_SECONDS))


def _path(options: argparse.Namespace) -> str:
    """Return the warehouse's file; `duckdb:` before it, as in the setting, is allowed."""
    return str(options.warehouse).removeprefix("duckdb:")


def _load(options: argparse.Namespace) -> LoadSummary:
    from functions.adw_billing.loader.load_run import LoadOptions, LoadRun
    from functions.adw_billing.source.reports import Folder
    from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse

    if not options.reports.is_dir():
        raise BadRequest(f"{options.reports} is no folder", fix="name a folder with reports", field="reports")
    try:
        cost_from = usage_day(options.cost_from) if options.cost_from else ""
    except ValueError as fault:
        raise BadRequest(f"--cost-from {fault}", fix="name a usage day", field="cost-from") from None
    warehouse = open_warehouse(
        _path(options), Deadline.after(WAIT_SECONDS), call_id=uuid.uuid4().hex, cost_from=cost_from, margin_seconds=0
    )
    deadline = Deadline.after(LOAD_SECONDS)
    try:
        warehouse.migrate()
        load_options = LoadOptions(
            newest_first=False,
            max_rows_per_slice=1_000_000,
            left_seconds=deadline.remaining_seconds,
            progress=_bar() if sys.stderr.isatty() else _silent,
        )
        folder = Folder(options.reports, options.tenancy, DIALECTS, warehouse.tenancies())
        summary = LoadRun(folder, warehouse, load_options).run()
    finally:
        warehouse.close()
    if folder.unreadable:
        raise BadRequest(f"{', '.join(folder.unreadable)}: not readable", fix="make it readable for this user")
    return summary


def _silent(_done: int, _total: int, _rows: int) -> None:
    """Draw no bar where nobody looks."""


def _bar() -> Callable[[int, int, int], None]:
    """Return what draws a progress bar on stderr."""
    started = time.monotonic()

    def show(done: int, total: int, rows: int) -> None:
        filled = BAR_CHARACTERS * done // max(1, total)
        speed = rows / max(1e-6, time.monotonic() - started)
        end = "\n" if done == total else ""
        bar = "#" * filled + "." * (BAR_CHARACTERS - filled)
        sys.stderr.write(f"\r[{bar}] {done}/{total} reports, {rows} rows, {speed:,.0f} rows/s{end}")
        sys.stderr.flush()

    return show
