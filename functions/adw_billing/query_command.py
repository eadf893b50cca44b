"""What the bill comes to: `oci-functions billing query`, its options and its four outputs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from shared.deadline import Deadline
from shared.errors import BadRequest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.query.bill_answers import Answer
    from functions.adw_billing.warehouse.questions.question import Question

ORACLE = "oracle"
WAREHOUSE_HELP = "DuckDB file with loaded reports; oracle: the database that config keys in the environment name"
SECONDS = 300
SHOWN_ROWS = 200
UNUSED = {
    "by": ("columns",),
    "question": ("against", "measure"),
    "questions": ("month", "against", "filter", "columns", "measure"),
    "sql": ("month", "against", "filter", "columns", "measure"),
}
"""Options that would be left out silently, by the way of asking."""
SPOOLED_BYTES = 16 << 20
"""Of CSV and JSON in memory; what is more waits in a file of the system's, so that an error leaves no half output."""


def add_query_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `query`."""
    parser.add_argument("--warehouse", default="", metavar="FILE", help=WAREHOUSE_HELP)
    parser.add_argument(
        "--by", default="", metavar="DIMENSIONS", help="service, sku, compartment, month, tag:<key> …, with commas"
    )
    parser.add_argument("--month", default="", metavar="YYYY-MM", help="or YYYY-MM..YYYY-MM; default: all")
    parser.add_argument(
        "--against", default="", metavar="YYYY-MM", help="months to compare with; previous: as many before"
    )
    parser.add_argument(
        "--filter",
        action="append",
        metavar="NAME=TEXT",
        help="only these rows; * for any letters, != for all others; may be given again",
    )
    parser.add_argument(
        "--measure", default="", metavar="NAME", help="cost (the default), quantity or unit_price, by unit"
    )
    parser.add_argument("--question", default="", metavar="NAME", help="a ready question, see --questions")
    parser.add_argument("--columns", default="", metavar="NAMES", help="only these of a ready question, with commas")
    parser.add_argument("--questions", action="store_true", help="list the ready questions")
    parser.add_argument("--sql", default="", metavar="SELECT", help="a query of your own, which can only read")
    parser.add_argument(
        "--limit", type=int, default=SHOWN_ROWS, help="rows of the table, 0 for all; default: %(default)s"
    )
    parser.add_argument("--decimals", type=int, metavar="N", help="round in the table to N decimals; default: all")
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, help="after which a query is given up; default: %(default)s"
    )
    parser.add_argument("--csv", action="store_true", help="print CSV instead of the table")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--parquet", default="", metavar="OUT", help="write a Parquet file instead")


def run_query(options: argparse.Namespace, out: TextIO) -> None:
    """Answer, whole or not at all. Raises BadRequest with the field at fault, and the errors of the warehouse."""
    _check(options)
    with tempfile.SpooledTemporaryFile(SPOOLED_BYTES, "w+", encoding="utf-8", newline="") as spooled:
        _write(options, spooled)  # type: ignore[arg-type]  # a text file but by name
        spooled.seek(0)
        while part := spooled.read(1 << 20):
            out.write(part)


def _check(options: argparse.Namespace) -> None:
    """Refuse options of which one would be left out silently."""
    ways = [name for name in ("by", "question", "questions", "sql") if getattr(options, name)]
    if len(ways) > 1:
        fix = "give one of --by, --question, --questions, --sql"
        raise BadRequest(f"--{ways[0]} and --{ways[1]} are two questions", fix=fix, field=ways[1])
    formats = [name for name in ("csv", "json", "parquet") if getattr(options, name)]
    if len(formats) > 1:
        fix = "give one of --csv, --json, --parquet"
        raise BadRequest(f"--{formats[0]} and --{formats[1]} are two outputs", fix=fix, field=formats[1])
    way = ways[0] if ways else "by"
    for name in UNUSED[way]:
        if getattr(options, name):
            fix = "write it into the SQL" if way == "sql" else "leave it out"
            raise BadRequest(f"--{name} does not go with --{way}", fix=fix, field=name)
    for name, least in (("seconds", 1), ("limit", 0), ("decimals", 0)):
        value = getattr(options, name)
        if value is not None and value < least:
            raise BadRequest(f"--{name} is {value}", fix=f"give a number of at least {least}", field=name)


def _write(options: argparse.Namespace, out: TextIO) -> None:
    known = _known()
    if options.questions:
        _printed(_list(known), options, out)
        return
    if not options.parquet:
        with opened_bill(options) as bill:
            _printed(_answer(options, bill, known), options, out, bill)
        return
    from functions.adw_billing.query.whole_file import whole_file

    place = Path(options.parquet)
    with whole_file(place, "parquet") as hidden, opened_bill(options, [hidden]) as bill:
        _parquet(_answer(options, bill, known, fetched=False), hidden, bill)
    out.write(f"{place} written\n")


def opened_bill(options: argparse.Namespace, writes: Sequence[Path] = ()) -> AbstractContextManager[Bill]:
    """Open the warehouse of the options: a file, or the database that the environment names."""
    from functions.adw_billing import open_warehouse

    deadline = Deadline.after(max(1, options.seconds))
    if options.warehouse != ORACLE:
        return open_warehouse.reading_bill(warehouse_file(options), deadline, writes)
    import os

    from functions.adw_billing.settings import Settings
    from shared.settings import ENVIRONMENT_FIX, load_settings

    settings = load_settings(Settings, os.environ, fix=ENVIRONMENT_FIX)
    if settings.duckdb_path:
        raise BadRequest("the key `warehouse` names a file", fix="set warehouse=oracle and db_dsn", field="warehouse")
    return open_warehouse.reading_database(settings, deadline)


def warehouse_file(options: argparse.Namespace) -> str:
    """Return the warehouse's file; `duckdb:` before it, as in the setting, is allowed. BadRequest."""
    path = str(options.warehouse).removeprefix("duckdb:")
    if not path:
        raise BadRequest("--warehouse is missing", fix="name the DuckDB file with loaded reports", field="warehouse")
    if not Path(path).is_file():
        raise BadRequest(f"{path} is no file", fix="load reports into it first, or name another", field="warehouse")
    return path


def _known() -> Mapping[str, Question]:
    from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS

    return {each.name: each for each in QUESTIONS}


def _list(known: Mapping[str, Question]) -> Answer:
    from functions.adw_billing.query.bill_answers import Answer

    return Answer(("name", "question", "view"), [(each.name, each.question, each.view) for each in known.values()])


def _answer(options: argparse.Namespace, bill: Bill, known: Mapping[str, Question], *, fetched: bool = True) -> Answer:
    from functions.adw_billing.query import bill_answers
    from functions.adw_billing.query.question import question
    from functions.adw_billing.query.ready_questions import ready_question, ready_statement
    from functions.adw_billing.query.statement import Statement

    filters = tuple(options.filter or ())
    if options.sql:
        found, caption = Statement(options.sql), ""
    elif options.question:
        asked = ready_question(options.question, known)
        found, caption = ready_statement(asked, options.month, filters, options.columns, bill.words), asked.question
    else:
        wanted = question(options.by, options.month, options.against, filters, options.measure)
        return bill_answers.by_dimensions(wanted, bill, known)
    if not fetched:
        return bill_answers.Answer((), (), source=found, by_user=bool(options.sql))
    return bill_answers.of_statement(found, bill, caption, by_user=bool(options.sql))


def _printed(answer: Answer, options: argparse.Namespace, out: TextIO, bill: Bill | None = None) -> None:
    from functions.adw_billing.query import machine_formats, text_table
    from functions.adw_billing.query.bill_answers import limited, loaded_days

    if options.csv:
        machine_formats.write_csv(answer, out)
    elif options.json:
        machine_formats.write_json(answer, out)
    else:
        rows, more = limited(answer.rows, options.limit)
        if answer.caption:
            out.write(f"{answer.caption}\n\n")
        if rows:
            shown = text_table.table_lines(answer.columns, rows, answer.totals, options.decimals)
            out.writelines(f"{line}\n" for line in shown)
        else:
            out.write(f"No rows. {loaded_days(bill) if bill else ''}\n")
        if more:
            out.write("… and more: --limit 0 shows all, --csv, --json and --parquet have all.\n")


def _parquet(answer: Answer, place: Path, bill: Bill) -> None:
    if answer.source:
        bill.reader.write_parquet(place, answer.source.sql, answer.source.values, by_user=answer.by_user)
        return
    from functions.adw_billing.warehouse.duckdb.parquet_rows import write_rows

    write_rows(place, answer.columns, list(answer.rows))
