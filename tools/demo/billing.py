"""The demo of adw-billing: a made-up quarter from the emulated bucket into an embedded warehouse, proved to the digit.

The function runs in the real `fdk` process and reads over sockets. The sums it answers are compared with those that the
generator adds up itself.
"""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.cloud import Cloud
from emulator.functions_app import FunctionsApp
from emulator.reports.billing_history import (
    BillingHistory,
    PublishedObject,
    final_state,
    publish_objects,
    write_folder,
)
from emulator.reports.generated_report import EXACT
from emulator.services.identity.service import DEFAULT_TENANCY
from functions.adw_billing.__main__ import main
from functions.adw_billing.cost_report.command import costs_of
from functions.adw_billing.open_warehouse import reading_file
from shared.deadline import Deadline
from tools.demo import billing_questions, cost_picture, figures, page_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.fn_server.host import FunctionHost

TITLE = "adw-billing: a quarter of cost and FOCUS reports in the warehouse, once, and proved"
NAME = "adw-billing"
STORY = BillingHistory(
    seed="quarter",
    first_day=date(2025, 1, 29),
    days=92,
    rows_per_day=120,
    windows_a_day=1,
    afterwards_every=30,
    late_days=4,
    republish_every=45,
)
"""A quarter in small, to the end of April: a report a day and dialect, late rows, corrections, some published again."""
TODAY = datetime(2025, 4, 28, tzinfo=UTC)
"""When the first call comes; what is published later is what the third call finds."""
WANTED_KINDS = {"on-time", "late", "correction", "re-publication"}


def run(out: Path) -> None:
    """Make three calls, report and questions. RuntimeError when a sum is not the generator's, or a row comes twice."""
    story = STORY.publications()
    before = [each for each in story if each.at < TODAY]
    after = [each for each in story if each.at >= TODAY]
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    with tempfile.TemporaryDirectory(prefix="demo-billing-") as name:
        warehouse = Path(name) / "billing.duckdb"
        with Cloud(Path(name) / "cloud", functions=functions, tls=False) as cloud:
            bucket = cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY)
            keys = {"usage_report_bucket": DEFAULT_TENANCY, "warehouse": f"duckdb:{warehouse}"}
            functions.host.configure(NAME, keys | {"oci_endpoint": cloud.endpoint})
            print("   writing a made-up quarter of reports into the bucket …")
            publish_objects(cloud.object_storage, bucket, before)
            print("   call                      objects    rows                cost by the reports   seconds   CPU s")
            _call(cloud, functions.host, "history", final_state(before).values())
            _call(cloud, functions.host, "nothing new", ())
            publish_objects(cloud.object_storage, bucket, after)
            if {each.kind for each in after} != WANTED_KINDS:
                raise RuntimeError("the story lacks a kind of publication after the first call")
            _call(cloud, functions.host, "late, corrected, again", final_state(after).values())
        _report(warehouse, out, final_state(story).values())
        billing_questions.ask(warehouse, final_state(story).values())
        print()
        page_files.write_costs(warehouse, out)
    write_folder(out / "reports", story)
    print("   out/reports: the same reports as files, for `oci-functions billing load`")


def _call(cloud: Cloud, host: FunctionHost, what: str, expected: Iterable[PublishedObject]) -> None:
    started, used = time.monotonic(), host.calls[-1].cpu_seconds if host.calls else 0.0
    url = f"{cloud.gateway}/invoke/{NAME}"
    request = urllib.request.Request(url, data=b'{"detail": true}', method="POST")  # noqa: S310  (our own address)
    with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
        answer: Any = json.load(response)
    seconds, cpu = time.monotonic() - started, host.calls[-1].cpu_seconds - used
    if "error" in answer or answer["remaining"] or answer["rejected"]:
        raise RuntimeError(f"{what}: {answer}")
    answered = {
        row["object_name"]: (row["rows_loaded"], Decimal(row["cost_sum"]), Decimal(row["quantity_sum"]))
        for row in answer["reports"]
    }
    made = {each.name: each.report.totals() for each in expected}
    if answered != {name: (totals.rows, totals.cost, totals.quantity) for name, totals in made.items()}:
        raise RuntimeError(f"{what}: the answer's rows and sums are not the generator's")
    rows = sum(each[0] for each in answered.values())
    cost = _sum(each[1] for name, each in answered.items() if name.startswith("reports/cost-csv/"))
    print(f"   {what:<24} {len(answered):>8} {rows:>7} {cost:>34} {seconds:>9.1f} {cpu:>7.1f}")


def _report(warehouse: Path, out: Path, expected: Iterable[PublishedObject]) -> None:
    """Run the report command, compare its total with the generator's, and draw its days."""
    page = warehouse.parent / "report.html"
    said = StringIO()
    with redirect_stdout(said):
        status = main(["report", "--warehouse", str(warehouse), "--out", str(page)])
    costs = (each.report.totals().cost for each in expected if each.report.dialect == "cost")
    total = format(_sum(costs), "f")
    lines = said.getvalue().splitlines()
    shown = [line.split()[-1] for line in lines if line.startswith("  all ")]
    verdict = next(line for line in lines if line.startswith("Reconciliation"))
    if status or shown != [total] or verdict.split(": ")[1].split(" ", 1)[1] != "equal":
        raise RuntimeError(f"the report's total is {shown}, the generator's {total}; {verdict}")
    figures.keep(out, "billing", total=total)
    print(f"   the generator's own sum of all that the bucket holds now: {total}, the same to the last digit")
    first = next(number for number, line in enumerate(lines) if line.startswith("Cost by service, "))
    print("\n".join(f"   {line}" for line in lines[first : lines.index("", first)]))
    print(f"   {verdict}")
    with reading_file(str(warehouse), Deadline.after(60)) as query:
        found = costs_of(query)
    (section,) = found.sections
    picture = cost_picture.chart(section, found.period).replace(
        ">", '><rect width="100%" height="100%" fill="#fff"/>', 1
    )
    (out / "cost.svg").write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{picture}\n', encoding="utf-8")
    print("   out/cost.svg: the cost by day")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
