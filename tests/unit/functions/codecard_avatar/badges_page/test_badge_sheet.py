"""`badge page`: the badges of a registry as one file; a card that cannot be drawn is named and stops no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ops.cli.main import root

if TYPE_CHECKING:
    from pathlib import Path

CARDS = {
    "CC50E3CCBFFF": "Joan Citizen",
    "CC50E3CCBF00": {"title": "אבג <b>", "company": "Acme"},
    "CC50E3CCBF01": {"company": "nobody"},
    "CC50E3CCBF02": 7,
}


def test_every_card_with_a_name_has_its_badge(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps(CARDS))
    out = tmp_path / "new" / "badges.html"
    options = ["--cards", str(tmp_path / "people.json"), "--out", str(out), "--event", "Code One"]
    done = CliRunner().invoke(root(), ["badge", "page", *options])
    assert (done.exit_code, done.stderr) == (0, "")
    text = out.read_text(encoding="utf-8")
    assert text.count('<img src="data:image/png') == 2
    assert "Without a name: CC50E3CCBF01" in text
    assert "<b>" not in text


@pytest.mark.parametrize(
    ("content", "out", "part"),
    [("{", "b.html", "is no JSON"), ("[]", "b.html", "JSON object of card ids"), ("{}", "b.pdf", "end in .html")],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, content: str, out: str, part: str) -> None:
    (tmp_path / "people.json").write_text(content)
    options = ["--cards", str(tmp_path / "people.json"), "--out", str(tmp_path / out)]
    done = CliRunner().invoke(root(), ["badge", "page", *options])
    assert done.exit_code == 2
    assert part in done.stderr
