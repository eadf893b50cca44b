"""Charts in a browser: zoom, cursor, axes, paper. What a canvas shows is known by the texts that are drawn on it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from ops.cli.main import root
from tests.support.shared_data import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

NOTE_TEXTS = """
for (const name of ["fillText", "clearRect"]) {
  const inner = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (...given) {
    const { canvas } = this;
    if (name === "clearRect" || !canvas.texts) canvas.texts = [];
    if (name === "fillText") {
      const [text, x, top] = given, width = this.measureText(text).width;
      const left = x - ({ center: width / 2, right: width, end: width }[this.textAlign] || 0);
      canvas.texts.push({ text, left, right: left + width, top, colour: this.fillStyle });
    }
    return inner.apply(this, given);
  };
}
"""
TEXTS = """(id) => {
  const { width, height, texts } = document.querySelector(`#${id} canvas`);
  return { width, height, texts };
}"""
INK = {"light": "#57606a", "dark": "#9aa4af"}
EXAMPLE = ROOT / "docs" / "examples" / "cluster-in-motion.json"
CHARTS = ("sizes", "pending", "cost")


@dataclass(frozen=True)
class Axes:
    """What is written around a chart: numbers at its left, moments below it, and the colour of both."""

    numbers: list[str]
    moments: list[str]
    colours: set[str]


def axes(page: Page, chart: str) -> Axes:
    """Return the texts of the axes; no one of them may be cut off or lie over its neighbour."""
    found: dict[str, Any] = page.evaluate(TEXTS, chart)
    texts = found["texts"]
    lowest = [each for each in texts if re.fullmatch(r"\d\d:\d\d|\d+ [A-Z][a-z]{2}", each["text"])]
    assert lowest, texts
    assert [each for each in texts if each["left"] < -1 or each["right"] > found["width"] + 1] == []
    assert max(each["top"] for each in texts) < found["height"]
    for line in {each["top"] for each in lowest}:
        row = sorted((each for each in lowest if each["top"] == line), key=lambda each: each["left"])
        assert [(one["text"], two["text"]) for one, two in pairwise(row) if one["right"] > two["left"]] == []
    numbers = [each for each in texts if re.fullmatch(r"[\d,.]+[kMB]?", each["text"])]
    colours = {each["colour"] for each in [*numbers, *lowest]}
    return Axes([each["text"] for each in numbers], [each["text"] for each in lowest], colours)


def until(page: Page, condition: str, limit: int = 200) -> None:
    """Wait until a condition on the canvas of the last chart holds (the policy forbids to poll inside the page)."""
    for _ in range(limit):
        if page.evaluate(f"(() => {{ const canvas = document.querySelector('#cost canvas'); return {condition}; }})()"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def aloud(page: Page, chart: str) -> str:
    """Return what a chart has said last."""
    return page.locator(f"#{chart} .aloud[aria-live=polite]").text_content() or ""


def page_of(snapshot: Path, folder: Path) -> str:
    """Return the address of the cluster page of a snapshot, as one file."""
    out = folder / "cluster.html"
    done = CliRunner().invoke(root(), ["autoscaler", "page", "--snapshot", str(snapshot), "--out", str(out)])
    assert done.exit_code == 0, done.output
    return out.as_uri()


@pytest.fixture
def opened(open_page: Callable[..., Opened], tmp_path: Path) -> Opened:
    """The cluster in motion, as one file."""
    found = open_page(page_of(EXAMPLE, tmp_path))
    found.page.add_init_script(NOTE_TEXTS)
    found.page.reload(wait_until="networkidle")
    return found


def test_a_part_of_the_time_is_looked_at_shared_and_left_again(
    open_page: Callable[..., Opened], opened: Opened
) -> None:
    page = opened.page
    whole = page.url
    page.locator("#sizes").focus()
    page.keyboard.press("End")
    expect(page.locator("#sizes .aloud[aria-live=polite]")).to_contain_text("waiting pods 1")
    last = aloud(page, "sizes")
    page.locator("#sizes").scroll_into_view_if_needed()
    plot = page.locator("#sizes .u-over").bounding_box()
    assert plot is not None
    middle = plot["y"] + plot["height"] / 2
    page.mouse.move(plot["x"] + plot["width"] * 0.25, middle)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.75, middle, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile(r"#\?zoom=cluster_20261105T\d{6}Z_20261106T\d{6}Z$"))
    # The other charts show the same part: their first point in it is none of those before it.
    page.locator("#pending").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#pending .aloud[aria-live=polite]")).to_contain_text("2026-11-05 17:")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("-")
    expect(page.locator("#pending .aloud[aria-live=polite]")).to_contain_text("The whole is shown")
    assert page.url == whole
    page.keyboard.press("+")
    expect(page.locator(".hover:visible")).to_have_count(1)
    page.get_by_role("button", name="Zoom in").click()
    part = page.url
    assert part != whole
    other = open_page(part).page
    other.locator("#cost").focus()
    other.keyboard.press("ArrowLeft")
    expect(other.locator("#cost .aloud[aria-live=polite]")).to_contain_text("cost a month")
    assert aloud(other, "cost") != last
    assert other.url == part
    other.get_by_role("button", name="Whole").click()
    assert other.url == whole
    expect(other.get_by_role("button", name="Zoom out")).to_be_disabled()
    page.mouse.dblclick(plot["x"] + plot["width"] * 0.5, middle)
    page.wait_for_url(whole)


def test_a_change_leads_to_its_moment_and_back(opened: Opened) -> None:
    page = opened.page
    page.locator("summary", has_text="The last").click()
    row = page.locator("tr[data-moment]", has_text="taken-back")
    row.get_by_role("button").press("Enter")
    said = page.locator("#sizes .aloud[aria-live=polite]")
    expect(said).to_contain_text("taken-back spot 3 to 1: nodes-not-made")
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.locator("#sizes .hover")).to_contain_text("waiting pods")
    page.locator("#sizes").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('tr').getAttribute('aria-current')") == "true"
    expect(row).not_to_have_attribute("aria-current", "true")


def test_axes_are_whole_and_readable_on_any_screen_and_on_paper(opened: Opened) -> None:
    page = opened.page
    for chart in CHARTS:
        found = axes(page, chart)
        assert found.colours == {INK["light"]}
        assert len(found.numbers) >= 2
    assert all(re.fullmatch(r"\d+", number) for number in axes(page, "sizes").numbers)
    assert "nodes" in [each["text"] for each in page.evaluate(TEXTS, "sizes")["texts"]]
    many = len(axes(page, "sizes").moments)
    page.set_viewport_size({"width": 360, "height": 780})
    until(page, "canvas.width <= 360")
    assert opened.overflow_px() <= 0
    assert {len(axes(page, chart).moments) < many for chart in CHARTS} == {True}
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    until(page, "canvas.texts.some((each) => each.right - each.left > 60)")
    for chart in CHARTS:
        axes(page, chart)
    assert opened.overflow_px() <= 0
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="dark")
    until(page, f"canvas.texts[0].colour === '{INK['dark']}'")
    assert axes(page, "sizes").colours == {INK["dark"]}
    page.emulate_media(color_scheme="dark", media="print")
    until(page, f"canvas.texts[0].colour === '{INK['light']}'")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.get_by_role("group", name="Part that is shown").first).to_be_hidden()
    opened.screenshot("cluster-print")


def test_one_finger_asks_and_two_zoom(open_page: Callable[..., Opened], tmp_path: Path) -> None:
    phone = {"viewport": {"width": 360, "height": 780}, "has_touch": True, "is_mobile": True}
    page = open_page(page_of(EXAMPLE, tmp_path), **phone).page
    page.locator("#sizes").scroll_into_view_if_needed()
    plot = page.locator("#sizes .u-over").bounding_box()
    assert plot is not None
    hand = page.context.new_cdp_session(page)

    def touch(kind: str, *shares: float) -> None:
        across = [plot["x"] + plot["width"] * share for share in shares]
        points = [{"x": x, "y": plot["y"] + 60, "id": finger} for finger, x in enumerate(across)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    whole = page.url
    for kind, share in (("touchStart", 0.4), ("touchMove", 0.5), ("touchMove", 0.6)):
        touch(kind, share)
    expect(page.locator("#sizes .hover")).to_contain_text("waiting pods")
    assert page.url == whole
    touch("touchEnd")
    for kind, left, right in (("touchStart", 0.4, 0.6), ("touchMove", 0.3, 0.7), ("touchMove", 0.2, 0.8)):
        touch(kind, left, right)
    page.wait_for_url(re.compile(r"#\?zoom=cluster_"))
    touch("touchEnd")
    expect(page.locator(".hover:visible")).to_have_count(1)


def test_there_is_no_half_a_pod(opened: Opened, tmp_path: Path) -> None:
    snapshot = json.loads(EXAMPLE.read_bytes())
    snapshot.update(state={}, course=[[1793880000, 0, {"web": [1, 148.0]}], [1793890000, 1, {}]])
    (tmp_path / "few.json").write_text(json.dumps(snapshot))
    opened.page.goto(page_of(tmp_path / "few.json", tmp_path))
    until(opened.page, "canvas && canvas.texts")
    assert axes(opened.page, "pending").numbers == ["0", "1"]
