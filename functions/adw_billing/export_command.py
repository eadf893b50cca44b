"""FOCUS 1.2 out of the warehouse, `oci-functions billing export`: a Parquet file a month, proved or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.adw_billing.query_command import WAREHOUSE_HELP, opened_bill
from shared.errors import BadRequest

if TYPE_CHECKING:
    import argparse

    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.focus_proof import RowsAndCost
    from functions.adw_billing.query.question import Months

SECONDS = 3600


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `export`."""
    parser.add_argument("--warehouse", required=True, metavar="FILE", help=WAREHOUSE_HELP)
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="made when it is not there")
    parser.add_argument(
        "--months", default="", metavar="YYYY-MM", help="or YYYY-MM..YYYY-MM; default: all that are kept"
    )
    parser.add_argument("--seconds", type=int, default=SECONDS, help="after which it is given up; default: %(default)s")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")


def run_export(options: argparse.Namespace) -> str:
    """Write the months; return what was written. Raises ProofFailed, BadRequest, and the errors of the warehouse."""
    from functions.adw_billing.query.focus_export import chosen_months, prove_reports, removed_before
    from functions.adw_billing.query.whole_file import hidden

    with opened_bill(options) as bill:
        months = _kept(chosen_months(bill, options.months), removed_before(bill), asked=bool(options.months))
    places = {each: options.out / f"billing_period={each}" / "focus.parquet" for each in months}
    # one opening for all that is proved and written: nobody can load in between
    with opened_bill(options, [hidden(each) for each in places.values()]) as bill:
        undated = prove_reports(bill, removed_before(bill))
        written = [row for month, place in places.items() for row in _write(bill, month, place)]
    return _told(written, undated, as_json=options.json)


def _kept(months: list[Months], retained: dict[str, str], *, asked: bool) -> list[Months]:
    """Leave out months of which `retention_days` has removed rows. BadRequest where one of them was asked for."""
    until = max(retained.values(), default="")
    kept = [each for each in months if each.first.isoformat() >= until]
    if (asked and kept != months) or not kept:
        raise BadRequest(
            f"rows before {until} were removed by retention_days",
            fix="export months before they are removed; --months later ones",
            field="months",
        )
    return kept


def _write(bill: Bill, months: Months, place: Path) -> list[tuple[Any, ...]]:
    """Write a month; return a row a currency. Raises ProofFailed, and then no file is there that was not before."""
    from functions.adw_billing.query.focus_columns import TYPES
    from functions.adw_billing.query.focus_export import month_statement, prove_month
    from functions.adw_billing.query.focus_proof import summed_up
    from functions.adw_billing.query.whole_file import whole_file
    from functions.adw_billing.warehouse.duckdb.parquet_rows import export_sums

    with whole_file(place, "out") as written:
        made = month_statement(months, bill.words)
        bill.reader.write_parquet(written, made.sql, made.values, types=TYPES)
        rows = export_sums(written)
        prove_month(bill, months, [(*row[:3], *row[4:]) for row in rows])
    sums = summed_up((row[3], *row[4:]) for row in rows)
    return [(str(months), each.rows, each.cost, currency, str(place)) for (currency,), each in sums.items()]


def _told(written: list[tuple[Any, ...]], undated: RowsAndCost, *, as_json: bool) -> str:
    from functions.adw_billing.model.exact_sums import plain
    from functions.adw_billing.query.text_table import table_lines

    if as_json:
        files = [
            {"month": month, "rows": rows, "cost": plain(cost), "currency": currency, "file": place}
            for month, rows, cost, currency, place in written
        ]
        without = {"rows": undated.rows, "cost": plain(undated.cost)}
        return json.dumps({"files": files, "without_usage_day": without}, ensure_ascii=False) + "\n"
    lines = [*table_lines(("month", "rows", "cost", "currency", "file"), written)]
    lines.append("Rows and sums are those of the ledger and of the daily summary, to the last digit.")
    if undated.rows:
        lines.append(f"In no month, because they have no usage day: {undated}.")
    return "\n".join([*lines, ""])
