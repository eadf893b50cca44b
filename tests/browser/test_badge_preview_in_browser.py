"""The badge page's preview in a browser: the panel follows what is typed and chosen, at a desk and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from functions.codecard_avatar.draw.sheet import sample_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

HOSTILE = '<script>document.title="broken"</script>\u202eאבג'
INLINE = {"publish": "inline", "public_url": "https://localhost", "card_names": '{"CC50E3CCBFFF": "Joan Citizen"}'}
TAP_PX = 44


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path_factory.mktemp("cloud"), functions=functions, tls=False, options=options) as cloud:
        functions.host.configure("codecard-avatar", INLINE)
        yield cloud


def open_badges(open_page: Callable[..., Opened], cloud: Cloud, query: str = "", **context: object) -> Opened:
    bearer = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
    return open_page(f"{cloud.gateway}/codecard/badges{query}", extra_http_headers=bearer, **context)


def panel(page: Page) -> str:
    source = page.locator("#preview img").get_attribute("src")
    assert source
    return source


def serious(page: Page) -> list[tuple[str, str]]:
    violations = Axe().run(page).response["violations"]
    return [
        (each["id"], each["nodes"][0]["html"][:200]) for each in violations if each["impact"] in ("serious", "critical")
    ]


def test_the_panel_follows_what_is_typed_and_chosen(
    open_page: Callable[..., Opened], cloud: Cloud, tmp_path: Path
) -> None:
    opened = open_badges(open_page, cloud)
    page, caption = opened.page, opened.page.locator("#preview figcaption")
    assert page.locator("#preview img").evaluate("each => [each.width, getComputedStyle(each).imageRendering]") == [
        528,
        "pixelated",
    ], "each pixel of the panel is two of the screen"
    example = panel(page)
    page.locator("#title").press_sequentially("Ada Lovelace")
    expect(page).to_have_title("Badge of Ada Lovelace")
    assert page.evaluate("document.activeElement.id") == "title", "nobody who types loses the field"
    assert panel(page) != example
    expect(page.locator("#layouts a")).to_have_count(5)
    assert page.url.endswith("/codecard/badges?title=Ada+Lovelace")

    page.get_by_text("More:").click()
    page.locator("#qr").fill("https://example.com/ada")
    page.get_by_label("A held").check()
    expect(caption).to_have_text("A held shows the layout qr.")
    page.locator("#role").fill("א" * 5000)  # too long for an address
    expect(page.locator("#role-fault")).to_contain_text("has 5000 characters")
    assert page.locator("#role").get_attribute("aria-invalid") == "true"
    page.locator("#role").fill(HOSTILE)
    expect(page.locator("#role-fault")).to_be_empty()
    assert page.title() == "Badge of Ada Lovelace"

    (tmp_path / "photo.png").write_bytes(sample_photo())
    cloud.log.clear()
    page.locator("#photo_file").set_input_files(tmp_path / "photo.png")
    expect(caption).to_have_text("B held shows the layout photo.")
    page.locator("#layouts a", has_text="photo").wait_for()
    assert [call.path for call in cloud.log.calls() if call.service == "object_storage"] == [], "drawn, not stored"
    expect(page.locator("#preview")).to_contain_text('"photo": "photos/photo.png"')
    page.locator("#layouts a", has_text="classic").click()
    expect(caption).to_have_text("A pressed shows the layout classic.")
    assert page.locator("#layout").input_value() == "classic"
    opened.screenshot("badges")

    page.emulate_media(media="print")
    assert not page.locator("#badge-form").is_visible()
    assert page.locator("#preview img").evaluate("each => Math.round(each.getBoundingClientRect().width)") == round(
        90 / 25.4 * 96
    )


def test_a_phone_at_a_desk_begins_with_the_fields(open_page: Callable[..., Opened], cloud: Cloud) -> None:
    opened = open_badges(open_page, cloud, viewport={"width": 360, "height": 780}, color_scheme="dark")
    page = opened.page
    assert opened.overflow_px() <= 0
    assert not page.locator(".steps ol").is_visible()
    top = page.locator("#title").bounding_box()
    assert top
    assert top["y"] < 780 / 3
    tapped = page.locator("#badge-form input:not([type=radio]):visible, #badge-form button, .presses label")
    sizes = tapped.evaluate_all("all => all.map(e => [e.offsetHeight, parseFloat(getComputedStyle(e).fontSize)])")
    assert len(sizes) == 9
    assert min(height for height, _ in sizes) >= TAP_PX
    assert min(letters for _, letters in sizes) >= 16, "no zoom on a tap"
    assert page.locator("#preview img").evaluate("each => each.width") == 336, "as wide as the page"
    assert serious(page) == []
    opened.screenshot("badges-phone")
    page.set_viewport_size({"width": 780, "height": 360})
    assert opened.overflow_px() <= 0
    page.set_viewport_size({"width": 360, "height": 780})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert opened.overflow_px() <= 0


def test_without_script_the_form_shows_the_same(open_page: Callable[..., Opened], cloud: Cloud) -> None:
    opened = open_badges(open_page, cloud, "?title=Ada&layout=qr&qr=hi", java_script_enabled=False)
    page = opened.page
    assert page.locator("#photo_file").is_hidden(), "what only a script can do is not offered"
    page.get_by_label("Name", exact=True).fill("Grace")
    page.get_by_role("button", name="Show").click()
    assert page.title() == "Badge of Grace"
    assert page.locator("#preview img").get_attribute("alt") == "A pressed: Grace, layout qr"
