"""The cost page in a browser: served by the real fdk process through the gateway, and as one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.services.identity.service import DEFAULT_TENANCY
from ops.cli.main import root
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.conftest import Opened

HOSTILE = '<script>document.title="broken"</script><img src=x onerror=alert(1)>\u202eאבג'
LONG = "x" * 240
TAG = "tags/Ops.<b>Team"


@dataclass(frozen=True)
class Place:
    """Where the page is, and what a context needs to open it."""

    address: str
    context: dict[str, Any]


def cost(number: int, day: str, amount: str, service: str, sku: str) -> dict[str, str]:
    texts = {"lineItem__intervalUsageStart": f"{day}T10:00Z", "cost__productSku": sku, "product__service": service}
    return cost_row(number, cost__myCost=amount, **texts)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("costs")
    services = ["COMPUTE", "NETWORK", HOSTILE, LONG, *(f"SERVICE {at}" for at in range(8))]
    rows = [
        cost(
            100 * day + at, f"2026-{month:02}-{day:02}", f"{(at * 7 + day * 3) % 11 + 1}.25", service, f"B{at}{day % 2}"
        )
        for month in (9, 10)
        for day in range(1, 29)
        for at, service in enumerate(services)
    ]
    numbered = [
        {**row, "lineItem/referenceNo": f"r{number}", TAG: f"team {number % 3}"} for number, row in enumerate(rows)
    ]
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST, TAG], numbered))
    assert load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)["remaining"] == 0
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def served(warehouse: Path, tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Place]:
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path_factory.mktemp("cloud"), functions=functions, tls=False, options=options) as cloud:
        config = {"usage_report_bucket": DEFAULT_TENANCY, "warehouse": f"duckdb:{warehouse}"}
        functions.host.configure("adw-billing", config)
        bearer = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
        yield Place(f"{cloud.gateway}/billing", {"extra_http_headers": bearer})


@pytest.fixture(scope="module")
def file(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    out = tmp_path_factory.mktemp("file") / "costs.html"
    done = CliRunner().invoke(root(), ["billing", "page", "--warehouse", str(warehouse), "--out", str(out)])
    assert done.exit_code == 0, done.output
    return Place(out.as_uri(), {})


@pytest.fixture(params=["served", "file"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


def first_cells(opened: Opened) -> list[str]:
    return opened.page.locator("#view table").first.locator("tbody td:first-child").all_inner_texts()


def test_the_first_view_is_drawn_and_asks_nobody_else(open_page: Callable[..., Opened], place: Place) -> None:
    opened = open_page(place.address, **place.context)
    assert opened.page.title() == "Costs 2026-10 by service"
    assert opened.page.locator("#costs canvas").count() == 1
    assert HOSTILE in "".join(first_cells(opened))
    opened.page.get_by_text("What moved from").wait_for()
    hosts = {urlsplit(each).netloc for each in opened.asked}
    assert hosts == {urlsplit(place.address).netloc}
    if place.address.startswith("file"):
        assert len(opened.asked) == 1
    opened.screenshot(f"costs-{urlsplit(place.address).scheme}")


def test_drill_down_back_and_a_shared_address(open_page: Callable[..., Opened], place: Place) -> None:
    opened = open_page(place.address, **place.context)
    page = opened.page
    page.locator("#view table a", has_text="COMPUTE").click()
    page.get_by_role("link", name="Remove the filter service=COMPUTE").wait_for()
    assert sorted(first_cells(opened)) == ["B00", "B01"]
    other = open_page(page.url, **place.context)
    other.page.get_by_role("link", name="Remove the filter service=COMPUTE").wait_for()
    assert sorted(first_cells(other)) == ["B00", "B01"]
    page.go_back()
    page.locator("#view table a", has_text="COMPUTE").wait_for()
    assert page.locator(".chips").count() == 0


def test_keyboard_alone_changes_the_view(open_page: Callable[..., Opened], file: Place) -> None:
    opened = open_page(file.address)
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "month"
    page.keyboard.press("ArrowDown")
    expect(page).to_have_title("Costs 2026-09 by service")
    assert page.evaluate("document.activeElement.id") == "month", "the focus stays where it was"


def test_what_is_wrong_is_said_where_people_look(open_page: Callable[..., Opened], served: Place) -> None:
    opened = open_page(served.address, **served.context)
    opened.page.locator("#filters summary").click()
    opened.page.locator("#filter").fill("colour=red")
    opened.page.get_by_role("button", name="Add").click()
    opened.page.locator("#status", has_text="is no dimension").wait_for()
    assert opened.page.locator("#costs canvas").count() == 1, "what was shown stays"
    opened.faults.clear()  # the browser reports the status 400 as an error of its own


def colour(opened: Opened, name: str) -> str:
    found: str = opened.page.evaluate(
        """name => getComputedStyle([...document.querySelectorAll("#costs-legend button")]
            .find(each => each.textContent === name).querySelector("i")).backgroundColor""",
        name,
    )
    return found


def test_lists_of_what_there_is_narrow_a_view(open_page: Callable[..., Opened], served: Place) -> None:
    opened = open_page(served.address + "?from=2026-09&to=2026-10", **served.context)
    page = opened.page
    page.locator("#list-tag").wait_for(state="attached")
    name = next(each for each in page.locator("#costs-legend button").all_inner_texts() if each.startswith("SERVICE"))
    before = colour(opened, name)
    page.locator("#filters summary").click()
    page.locator("#list-service").select_option(f"service={name}")
    page.get_by_role("link", name=f"Remove the filter service={name}").wait_for()
    wanted = f"?month=2026-09..2026-10&by=service&step=day&currency=USD&filter=service%3D{name.replace(' ', '+')}"
    expect(page).to_have_url(served.address + wanted)
    assert first_cells(opened) == [name]
    assert page.locator("#list-service").is_visible(), "what was opened stays open"
    # Hostile names are entries like any other; of one dimension, they are alternatives.
    page.locator("#list-service").select_option(f"service={HOSTILE}")
    page.locator(".chips li:nth-child(2)").wait_for()
    assert sorted(first_cells(opened)) == sorted([name, HOSTILE])
    assert colour(opened, name) == before
    page.locator("#by").select_option(f"tag:{TAG.removeprefix('tags/')}")
    page.locator("#view td", has_text="team 2").wait_for()
    page.get_by_role("link", name=f"Remove the filter service={name}").click()
    expect(page.locator(".chips li")).to_have_count(1)
    page.locator("#from").select_option("2026-10")
    expect(page).to_have_title("Costs 2026-10 by tag:Ops.<b>Team")
    page.go_back()
    expect(page).to_have_title("Costs 2026-09..2026-10 by tag:Ops.<b>Team")


def test_measures_kinds_and_presets(open_page: Callable[..., Opened], served: Place) -> None:
    opened = open_page(served.address, **served.context)
    page = opened.page
    page.locator("#chart").select_option("share")
    page.locator("figcaption", has_text="Share of each day's cost by service").wait_for()
    page.locator("#measure").select_option("quantity")
    expect(page).to_have_title("Quantity 2026-10 by service")
    assert page.locator("#unit").count() == 1
    page.locator("#measure").select_option("unit_price")
    page.locator("figcaption", has_text="cost divided by quantity").wait_for()
    assert page.locator("#chart").count() == 0, "prices do not stack"
    page.get_by_text("The SQL behind it").click()
    assert "SUM(quantity)" in page.locator("pre").inner_text()
    page.get_by_role("link", name="last 3 months").click()
    expect(page).to_have_title("Price 2026-09..2026-10 by service")


def test_the_form_folds_on_a_phone(open_page: Callable[..., Opened], served: Place) -> None:
    opened = open_page(served.address, viewport={"width": 360, "height": 780}, **served.context)
    page = opened.page
    assert not page.locator("#by").is_visible()
    assert page.locator(".figure").first.is_visible()
    page.locator("#ask > summary").click()
    page.locator("#filters > summary").click()
    page.locator("#list-service").wait_for()
    assert opened.overflow_px() <= 0


def test_the_form_works_without_a_script(open_page: Callable[..., Opened], served: Place) -> None:
    opened = open_page(served.address, java_script_enabled=False, **served.context)
    page = opened.page
    page.locator("#by").select_option("sku")
    page.get_by_role("button", name="Show").click()
    assert page.title() == "Costs 2026-10 by sku"
    page.locator("#filters summary").click()
    page.get_by_role("link", name="Choose from lists").click()
    page.locator("#list-service").select_option("service=COMPUTE")
    page.get_by_role("button", name="Show").click()
    assert page.title() == "Costs 2026-10 by sku"
    assert page.locator("tbody td:first-child").first.inner_text().startswith("B0")


def test_a_file_offers_what_it_has_alone(open_page: Callable[..., Opened], file: Place) -> None:
    page = open_page(file.address).page
    first = page.title()
    page.locator("#view table a", has_text="COMPUTE").click()
    page.get_by_role("link", name="Remove the filter service=COMPUTE").wait_for()
    lists = page.locator("form.controls select").all()
    shown = [each for each in lists if each.is_visible()]
    assert [each.get_attribute("id") for each in shown] == ["month"]
    assert page.locator("form.controls").get_by_role("button").count() == 0
    for month in shown[0].locator("option").all_inner_texts():
        page.locator("#month").select_option(label=month)
        expect(page).to_have_title(f"Costs {month.removeprefix('all: ')} by sku")
    # The first view, too, is one that links and lists lead to.
    page.locator("#month").select_option("2026-10")
    page.get_by_role("link", name="Remove the filter service=COMPUTE").click()
    page.locator("#by").select_option("service")
    expect(page).to_have_title(first)
