"""What holds for each page, served and as a file: nobody is shut out, nobody else is asked, no other script runs.

Each page is opened once, and its tests change window and media of that one; what a page does beside this has tests of
its own beside these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from tests.browser.conftest import open_in
from tests.browser.every_page import NAMES, Place, file_places, served_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Opened

DESK, PHONE, PAPER = ({"width": width, "height": height} for width, height in ((1280, 900), (360, 780), (794, 1123)))
WHITE = "rgb(255, 255, 255)"

CONTROLS = """() => {
    const kinds = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    window.controls = [...document.querySelectorAll(kinds)]
        .filter((each) => !each.disabled && each.type !== "hidden" && each.tabIndex >= 0 && each.checkVisibility())
        .filter((each) => {  // of radio buttons with one name, Tab comes to one; arrows lead to the others
            if (each.type !== "radio") return true;
            const group = [...document.getElementsByName(each.name)];
            return each === (group.find((one) => one.checked) || group[0]);
        });
    return window.controls.map((each) => (each.outerHTML.split(">")[0] + ">").slice(0, 120));
}"""
FOCUSED = """() => {
    const here = document.activeElement, style = getComputedStyle(here);
    const seen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    return [window.controls.indexOf(here), seen || here === document.body];
}"""
INLINE = """() => new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), { once: true });
    const script = document.createElement("script");
    script.textContent = "window.broken = true";
    document.body.append(script);
    if (window.broken) done("nothing: it ran");
})"""


@pytest.fixture(scope="module")
def places(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, keys_folder: object
) -> Iterator[dict[str, Place]]:
    folder = tmp_path_factory.mktemp("pages")
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal(), limit_rate=False)
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(folder / "cloud", functions=functions, options=options) as cloud:
        yield served_places(cloud, functions.host, folder) | file_places(folder)


@pytest.fixture(scope="module", params=NAMES)
def place(request: pytest.FixtureRequest, places: dict[str, Place]) -> Place:
    return places[request.param]


@pytest.fixture(scope="module")
def kept(place: Place, browser: Browser) -> Iterator[Opened]:
    """The page, opened once."""
    opened = open_in(browser, place.address, **place.context)
    settled(opened.page)
    yield opened
    opened.page.context.close()


@pytest.fixture
def opened(kept: Opened) -> Iterator[Opened]:
    """The page as a desk shows it; after the test its console must be empty."""
    kept.page.set_viewport_size(DESK)
    kept.page.emulate_media(media="screen", color_scheme="light")
    yield kept
    faults, kept.faults[:] = list(kept.faults), []
    assert faults == []


def settled(page: Page) -> None:
    """Wait until the view that was asked for is there."""
    expect(page.locator("#view[aria-busy]")).to_have_count(0)


def picture(opened: Opened, place: Place, kind: str) -> None:
    opened.screenshot(f"pages/{place.name}-{kind}")


def test_names_are_texts_and_nobody_else_is_asked(opened: Opened, place: Place) -> None:
    for text in place.shown:
        assert text in opened.page.evaluate("document.body.textContent"), text[:40]
    assert opened.page.evaluate("window.broken") is None
    assert opened.page.locator("#view script, #view img:not([src^='data:'])").count() == 0
    hosts = {urlsplit(each).netloc for each in opened.asked if not each.startswith("data:")}
    assert hosts == {urlsplit(place.address).netloc}
    if place.address.startswith("file"):
        assert len([each for each in opened.asked if not each.startswith("data:")]) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_one_is_shut_out(opened: Opened, place: Place, scheme: str) -> None:
    opened.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert (opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == WHITE) == (scheme == "light")
    picture(opened, place, scheme)
    violations = Axe().run(opened.page).response["violations"]
    found = [each for each in violations if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []


def test_a_phone_large_letters_and_paper_need_no_sideways_scrolling(opened: Opened, place: Place) -> None:
    page = opened.page
    page.set_viewport_size(PHONE)
    picture(opened, place, "phone")
    assert opened.overflow_px() <= 0
    page.set_viewport_size(DESK)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wider = opened.overflow_px()
    page.evaluate("document.documentElement.style.fontSize = ''")
    assert wider <= 0
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    assert opened.overflow_px() <= 0
    assert page.locator("form.controls:visible, .skip:visible").count() == 0, "paper has no controls"


def test_the_keyboard_reaches_all_and_shows_where_it_is(opened: Opened) -> None:
    page = opened.page
    page.evaluate("document.activeElement.blur()")
    page.mouse.click(1, 1)  # where the order begins anew
    controls = page.evaluate(CONTROLS)
    reached = set()
    for _ in range(2 * len(controls) + 10):  # what scrolls by arrows is reached as well
        page.keyboard.press("Tab")
        at, is_seen = page.evaluate(FOCUSED)
        assert is_seen, f"nobody sees that the focus is at {controls[at]}"
        if at in reached:
            break
        reached |= {at} - {-1}
    missed = [control for at, control in enumerate(controls) if at not in reached]
    assert missed == []
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#view")).to_be_focused()


def test_no_other_script_runs(opened: Opened) -> None:
    assert opened.page.evaluate(INLINE) == "script-src-elem"
    assert opened.page.evaluate("window.broken") is None
    assert opened.faults, "the browser reports what the policy has stopped"
    opened.faults.clear()


def test_a_view_goes_back_and_can_be_shared(open_page: Callable[..., Opened], place: Place) -> None:
    if not place.moves:
        return  # a file of one view
    opened = open_page(place.address, **place.context)
    page = opened.page
    settled(page)
    first, title = page.url, page.title()
    link = page.locator("#view a[href^='?']:not([href='?']):visible").first
    link.focus()
    link.press("Enter")
    expect(page).not_to_have_url(first)
    settled(page)
    other = open_page(page.url, **place.context)
    settled(other.page)
    expect(other.page).to_have_title(page.title())
    first_table = "#view table >> nth=0"
    if page.locator(first_table).count():
        expect(other.page.locator(first_table)).to_have_text(page.locator(first_table).text_content() or "")
    page.go_back()
    expect(page).to_have_url(first)
    expect(page).to_have_title(title)
