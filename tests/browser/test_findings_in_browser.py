"""What the cost page finds beside the sums, in a browser: marks, parts that come later, every digit, what is folded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from ops.cli.main import root
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import Opened

BUDGETS = '[{"name": "all", "amount": "150", "currency": "USD"}]'


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a month that is not over, with an odd day, a budget and a commitment."""
    folder: Path = tmp_path_factory.mktemp("findings")
    days = [date(2026, 8, 20) + timedelta(days=at) for at in range(60)]
    amounts = {day: "90" if day == date(2026, 10, 12) else f"{4 + day.weekday()}.000001" for day in days}
    rows = [
        cost_row(at, cost__myCost=amounts[day], lineItem__intervalUsageStart=f"{day.isoformat()}T10:00Z")
        for at, day in enumerate(days)
    ]
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST], rows))
    load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)
    with duckdb.connect(str(folder / "w.duckdb")) as warehouse:
        columns = "commitment_id, tenancy_id, currency, time_end"
        values = ["c1", TENANCY, "USD", "2027-07-31"]
        warehouse.execute(f"INSERT INTO oci_commitment ({columns}) VALUES (?, ?, ?, ?)", values)
        for seen, used in (("2026-09-01", 100), ("2026-10-01", 400)):
            read = [TENANCY, seen, used, 1000 - used]
            warehouse.execute("INSERT INTO oci_commitment_burn VALUES ('c1', ?, ?, 1000, ?, ?)", read)
    (folder / "budgets.json").write_text(BUDGETS)
    arguments = ["--warehouse", str(folder / "w.duckdb"), "--out", str(folder / "costs.html"), "--months", "1"]
    done = CliRunner().invoke(root(), ["billing", "page", *arguments, "--budgets", str(folder / "budgets.json")])
    assert done.exit_code == 0, done.output
    return folder / "costs.html"


def test_all_is_there_and_every_digit_a_key_away(open_page: Callable[..., Opened], file: Path) -> None:
    opened = open_page(file.as_uri())
    page = opened.page
    page.get_by_role("heading", name="What moved from").wait_for()
    expect(page.locator(".lead")).to_contain_text("October 2026 up to the 18th cost")
    expect(page.locator("#because")).to_contain_text("Why:")
    for chart in ("costs", "so-far", "untagged", "burn-0"):
        assert page.locator(f"#{chart} canvas").count() == 1, chart
    page.locator("#costs").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    assert "unusual: COMPUTE 90.00, expected" in page.locator("#costs").inner_text()
    page.keyboard.press("End")
    assert "forecast" in page.locator("#costs").inner_text()
    page.locator("#exact").focus()
    page.keyboard.press("Enter")
    cost = page.locator("#view table").first.locator("tbody td").nth(1)
    expect(cost).to_have_text("218.000017")
    assert page.url.endswith("&exact=1")
    page.reload()
    expect(cost).to_have_text("218.000017")
    page.locator("#exact").click()
    expect(cost).to_have_text("218.00")
    page.locator("details.state > summary").click()
    page.get_by_text("Ledger and days add up now, too").wait_for()
    opened.screenshot("costs-findings")


def test_it_fits_a_phone(open_page: Callable[..., Opened], file: Path) -> None:
    phone = open_page(file.as_uri(), viewport={"width": 360, "height": 780}, color_scheme="dark")
    phone.page.get_by_role("heading", name="Commitment").wait_for()
    assert phone.overflow_px() <= 0
