"""The page's unusual days, read from a part of the summary, are those of the view, which reads all of it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb

from functions.adw_billing.costs_page.asked import Asked
from functions.adw_billing.costs_page.unusual_days import unusual_days
from functions.adw_billing.model.tables import DAILY
from functions.adw_billing.open_warehouse import reading_bill
from shared.deadline import Deadline
from tests.support.billing_files import new_warehouse

if TYPE_CHECKING:
    from pathlib import Path

FIRST = date(2026, 1, 1)
DAYS = 240


def test_the_days_of_a_view_are_those_of_the_view_over_all_days(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_bytes(new_warehouse())
    draw = random.Random(3)  # noqa: S311  (not for secrets)
    rows = []
    for day in range(DAYS):
        for service in ("COMPUTE", "DATABASE", "NETWORK"):
            if service == "NETWORK" and day < 150:
                continue  # a service that begins, so that the services of a part are fewer than those of all
            cost = 1000 + draw.randint(-20, 20) + (400 if draw.random() < 0.03 else 0)
            dialects = ("cost", "focus") if day % 3 else ("focus",)
            when = (FIRST + timedelta(days=day)).isoformat()
            rows += [("t", when, dialect, service, "USD", cost) for dialect in dialects]
    with duckdb.connect(str(path)) as connection:
        names = "tenancy_id, usage_day, dialect, service, currency, cost"
        connection.executemany(f"INSERT INTO {DAILY.name} ({names}) VALUES (?, ?, ?, ?, ?, ?)", rows)
    with reading_bill(str(path), Deadline.after(60)) as bill:
        found = 0
        for month in ("2026-02", "2026-03", "2026-06", "2026-08", "2026-04..2026-05"):
            first, last = month[:7], month[-7:]
            wanted = bill.rows(
                "SELECT usage_day, service, cost, expected FROM oci_anomaly WHERE strftime(usage_day, '%Y-%m') "
                f"BETWEEN '{first}' AND '{last}' ORDER BY usage_day DESC, abs(deviation) DESC"
            )
            assert unusual_days(Asked(month=month, currency="USD"), bill) == wanted[:20]
            only = Asked(month=month, currency="USD", filters=("service=DATABASE",))
            assert unusual_days(only, bill) == [row for row in wanted if row[1] == "DATABASE"][:20]
            found += len(wanted)
        assert found > 10
        assert unusual_days(Asked(month="2026-06", currency="USD", filters=("region=a",)), bill) == []
