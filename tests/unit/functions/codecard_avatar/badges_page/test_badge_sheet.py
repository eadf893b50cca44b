"""`badge page`: the badges of a registry as one file; a card that cannot be drawn is named and stops no other."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from functions.codecard_avatar.draw.sheet import sample_photo
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
    assert 'class="sheet size-90x60"' in text


def test_a_table_is_a_sheet_too_with_each_buttons_own_badge_and_its_photo(tmp_path: Path) -> None:
    table = "card,button,name,photo,layout\nCC50E3CCBFFF,,Joan Citizen,,\nCC50E3CCBFFF,b/2,Joan,p/joan.png,photo\n"
    (tmp_path / "people.csv").write_text(table)
    (tmp_path / "photos" / "p").mkdir(parents=True)
    (tmp_path / "photos" / "p" / "joan.png").write_bytes(sample_photo())
    out = tmp_path / "badges.html"
    options = ["--cards", str(tmp_path / "people.csv"), "--photos", str(tmp_path / "photos"), "--size", "57x38"]
    done = CliRunner().invoke(root(), ["badge", "page", *options, "--out", str(out)])
    assert (done.exit_code, done.stderr) == (0, "")
    text = out.read_text(encoding="utf-8")
    assert "CC50E3CCBFFF, B held: Joan, layout photo" in text
    assert "CC50E3CCBFFF: Joan Citizen, layout name-first" in text
    assert 'class="sheet size-57x38"' in text


@pytest.mark.parametrize("name", ["../people.json", "/etc/hostname", "none.png"])
def test_no_file_outside_the_folder_of_photos_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "photos").mkdir()
    cards = {"CC50E3CCBF00": {"title": "Ada", "photo": name, "layout": "photo"}}
    (tmp_path / "people.json").write_text(json.dumps(cards))
    out = tmp_path / "badges.html"
    options = ["--cards", str(tmp_path / "people.json"), "--photos", str(tmp_path / "photos"), "--out", str(out)]
    assert CliRunner().invoke(root(), ["badge", "page", *options]).exit_code == 0
    assert f"has no photo {name}" in html.unescape(out.read_text(encoding="utf-8"))


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
