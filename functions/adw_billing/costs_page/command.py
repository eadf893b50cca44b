"""`oci-functions billing page`: the cost page as one file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared.errors import FunctionError

if TYPE_CHECKING:
    import argparse


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
    parser.add_argument("--seconds", type=int, default=SECONDS, help="after which it is given up; default: %(default)s")


def page(options: argparse.Namespace) -> int:
    """Write the page; 1 with a JSON error where the warehouse or the file cannot be used."""
    from functions.adw_billing.costs_page.cost_page import cost_file
    from functions.adw_billing.query_command import opened_bill
    from shared.pages.page_file import write_page

    def content() -> bytes:
        with opened_bill(options) as bill:
            return cost_file(bill, months=options.months, looked_into=options.looked_into)

    try:
        sys.stdout.write(f"{write_page(options.out, content)}\n")
    except FunctionError as error:
        sys.stdout.write(f"{json.dumps(error.to_body(), ensure_ascii=False)}\n")
        return 1
    return 0
