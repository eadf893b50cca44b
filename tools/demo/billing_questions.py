"""Three questions that a manager asks the bill, with their answers; one sum is compared with the reports themselves."""

from __future__ import annotations

import csv
import io
import json
from contextlib import redirect_stdout
from decimal import Decimal
from typing import TYPE_CHECKING

from emulator.reports.generated_report import EXACT
from functions.adw_billing.__main__ import main
from functions.adw_billing.model.exact_sums import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from emulator.reports.billing_history import PublishedObject

MONTH = "2025-04"
QUESTIONS = (
    ("What did April cost, and what changed against March?", "--by service --against previous --decimals 2"),
    (
        "What moved the bill, and was it more usage or a higher price?",
        "--question movers --columns service,description,previous_cost,cost,change,reason --decimals 2 --limit 5",
    ),
    ("Who pays? By the tag Ops.Environment; - has none:", "--by tag:Ops.Environment --decimals 2"),
)


def ask(warehouse: Path, expected: Iterable[PublishedObject]) -> None:
    """Print questions and answers. RuntimeError when the month's cost is not that of the reports."""
    for question, options in QUESTIONS:
        print(f"\n   {question}")
        print(f"   $ oci-functions billing query --month {MONTH} {options}")
        print("\n".join(f"     {line}" for line in _answer(warehouse, *options.split()).splitlines()[2:]))
    answered = json.loads(_answer(warehouse, "--json"))["rows"][0]["cost"]
    wanted = plain(_cost(expected))
    if answered != wanted:
        raise RuntimeError(f"{MONTH} comes to {answered}, the reports' own rows to {wanted}")
    print(
        f"   The rows of the cost reports of {MONTH}, added up one by one: {wanted}, the answer's sum to the last digit"
    )


def _answer(warehouse: Path, *options: str) -> str:
    said = io.StringIO()
    with redirect_stdout(said):
        status = main(["query", "--warehouse", str(warehouse), "--month", MONTH, *options])
    if status:
        raise RuntimeError(f"{' '.join(options)}: {said.getvalue()}")
    return said.getvalue()


def _cost(expected: Iterable[PublishedObject]) -> Decimal:
    total = Decimal(0)
    for each in expected:
        if each.report.dialect == "cost":
            text = b"".join(each.report.chunks()).decode()
            for row in csv.DictReader(io.StringIO(text, newline="")):
                if row["lineItem/intervalUsageStart"].startswith(MONTH):
                    total = EXACT.add(total, Decimal(row["cost/myCost"]))
    return total
