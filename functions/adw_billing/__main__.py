"""`python -m functions.adw_billing load`, `report`, `query`, `export`: as `oci-functions billing`, without click."""

from __future__ import annotations

import argparse
import sys

from functions.adw_billing import command_line
from functions.adw_billing.export_command import add_export_arguments
from functions.adw_billing.query_command import add_query_arguments


def main(arguments: list[str] | None = None) -> int:
    """Run a command; print its answer on stdout and return 1 when that is an error."""
    parser = argparse.ArgumentParser(
        prog="python -m functions.adw_billing",
        description="The loader on this machine's files, and what the bill comes to.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    load = commands.add_parser("load", help="load the .csv and .csv.gz files below a folder")
    command_line.add_load_arguments(load)
    load.set_defaults(run=command_line.load)
    report = commands.add_parser("report", help="print cost by service by day and reconciliation, write a page")
    command_line.add_report_arguments(report)
    report.set_defaults(run=command_line.report)
    query = commands.add_parser("query", help="answer a question about the bill: table, CSV, JSON or Parquet")
    add_query_arguments(query)
    query.set_defaults(run=command_line.query)
    export = commands.add_parser("export", help="write FOCUS 1.2 as Parquet, a file a month")
    add_export_arguments(export)
    export.set_defaults(run=command_line.export)
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
