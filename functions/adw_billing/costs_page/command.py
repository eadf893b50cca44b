"""`oci-functions billing page`: the cost page as one file."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import BadRequest, FunctionError

if TYPE_CHECKING:
    import argparse

    from shared.deadline import Deadline


def add_page_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `page`."""
    from functions.adw_billing.costs_page.cost_page import FILE_GROUPS, FILE_MONTHS
    from functions.adw_billing.query_command import SECONDS, WAREHOUSE_HELP

    parser.add_argument("--warehouse", required=True, metavar="FILE", help=WAREHOUSE_HELP)
    parser.add_argument("--out", default=Path("out/costs.html"), type=Path, metavar="HTML", help="default: %(default)s")
    parser.add_argument("--months", type=int, default=FILE_MONTHS, help="newest ones in it; default: %(default)s")
    parser.add_argument(
        "--looked-into", type=int, default=FILE_GROUPS, metavar="N", help="largest services; default: %(default)s"
    )
    help_budgets = "file with the JSON list that the setting `budgets` is"
    parser.add_argument("--budgets", type=Path, metavar="JSON", help=help_budgets)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="after which it is given up; default: %(default)s")


def page(options: argparse.Namespace) -> int:
    """Write the page; 1 with a JSON error where the warehouse or the file cannot be used."""
    from functions.adw_billing.costs_page.cost_page import cost_file
    from functions.adw_billing.costs_page.findings.known import Known, with_budgets
    from functions.adw_billing.query_command import opened_bill
    from shared.pages.page_file import write_page

    def content() -> bytes:
        with opened_bill(options) as bill:
            return cost_file(bill, known, months=options.months, looked_into=options.looked_into)

    try:
        now = datetime.now(UTC)
        known = with_budgets(now, _text(options.budgets)) if options.budgets else Known(now)
        sys.stdout.write(f"{write_page(options.out, content)}\n")
    except FunctionError as error:
        sys.stdout.write(f"{json.dumps(error.to_body(), ensure_ascii=False)}\n")
        return 1
    return 0


def write_report_page(warehouse: str, out: Path, deadline: Deadline) -> None:
    """Write the page beside the text of `billing report`: the newest month and all together, by each group.

    Raises BadRequest with the field ``out``, and the errors of a warehouse that cannot be read.
    """
    from functions.adw_billing.costs_page.cost_page import cost_file
    from functions.adw_billing.costs_page.findings.known import Known
    from functions.adw_billing.open_warehouse import reading_bill
    from shared.pages.page_file import store_page

    with reading_bill(warehouse, deadline) as bill:
        store_page(out, cost_file(bill, Known(datetime.now(UTC)), months=1, looked_into=0))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadRequest(
            f"{file} cannot be read: {fault}", fix="name a file with a JSON list", field="budgets"
        ) from None
