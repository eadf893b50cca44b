"""A page served in parts and as one file: same content, everything escaped, nothing that its policy would not allow."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from typing import TYPE_CHECKING

import pytest

from shared.pages import web_page as pages
from shared.pages.web_page import Page, View

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</script><script>alert(1)</script>&\"'<img src=x onerror=alert(2)> אבג \u202e" + "x" * 5000


@pytest.fixture
def page(tmp_path: Path) -> Page:
    (tmp_path / "toy.html").write_text(
        '{% extends "page.html" %}{% block view %}{% include "toy_view.html" %}{% endblock %}'
    )
    view = '{% import "page_parts.html" as p %}<h1>{{ who }}</h1>{{ p.chart("c", who) }}'
    (tmp_path / "toy_view.html").write_text(view)
    return Page("toy", tmp_path)


def view(who: str, *query: tuple[str, str]) -> View:
    chart = {"id": "c", "kind": "bars", "x": ["2026-10-01"], "series": [{"name": who, "values": [1]}]}
    return View(f"Toy of {who}", {"who": who}, [chart], query)


def hash_of(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def state(text: str) -> dict[str, object]:
    data = re.findall(r'<script type="application/json" id="state">(.*?)</script>', text)[0]
    found: dict[str, object] = json.loads(data)
    return found


def test_a_served_page_names_its_parts_by_hash_and_allows_no_other_script(page: Page) -> None:
    answer = pages.served_page(page, view("Joan"), "/billing")
    text = answer.body.decode()
    policy = answer.headers["Content-Security-Policy"]
    for address, integrity in re.findall(r'<script src="(.*?)" integrity="(.*?)"', text):
        part = pages.part_answer(page, address.removeprefix("/billing/static/"))
        assert part is not None
        assert hash_of(part.body.decode()) == html.unescape(integrity)
        assert f"'{html.unescape(integrity)}'" in policy
        assert "immutable" in part.headers["Cache-Control"]
    assert text.count("<script src=") == 2
    assert "unsafe" not in policy
    assert "script-src 'self'" not in policy
    assert state(text)["answers"] is None


def test_a_part_of_another_version_is_not_found(page: Page) -> None:
    assert pages.part_answer(page, "toy-0123456789abcdef.js") is None
    assert pages.part_answer(page, "../page.py") is None


def test_a_single_file_holds_all_and_fetches_nothing(page: Page) -> None:
    text = pages.single_file(page, view("Joan"), (view("Ada", ("by", "sku"), ("a", "1")),)).decode()
    assert not re.findall(r'(?:src|href)="(?!data:|#)', text)
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="(.*?)"', text)[0])
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)[0]
    scripts = re.findall(r'<script(?: type="module")?>(.*?)</script>', text, re.DOTALL)
    assert len(scripts) == 2
    for part in (style, *scripts):
        assert f"'{hash_of(part)}'" in policy
    answers = state(text)["answers"]
    assert isinstance(answers, dict)
    assert list(answers) == ["[]", '[["a","1"],["by","sku"]]']


@pytest.mark.parametrize("served", [True, False])
def test_hostile_text_stays_text(page: Page, *, served: bool) -> None:
    shown = view(HOSTILE, ("by", HOSTILE))
    body = pages.served_page(page, shown, "/b").body if served else pages.single_file(page, shown)
    text = body.decode()
    assert "<script>alert" not in text
    assert "<img" not in text
    assert html.escape(HOSTILE, quote=True).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in text
    assert state(text)["charts"] == shown.charts
    assert "<img" not in json.loads(pages.view_answer(page, shown).body)["html"]


def test_a_view_has_the_same_key_in_whatever_order_it_is_asked() -> None:
    assert pages.view_key((("b", "2"), ("a", "ü"), ("empty", ""))) == pages.view_key((("a", "ü"), ("b", "2")))
