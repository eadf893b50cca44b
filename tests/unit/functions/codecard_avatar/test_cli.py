"""`python -m functions.codecard_avatar render`, without any cloud."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from emulator.card.panel import draw_panel
from functions.codecard_avatar.__main__ import main
from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.model import badge_name
from functions.codecard_avatar.model.badge_content import BadgeContent

ROOT = Path(__file__).resolve().parents[4]


def expected() -> Image.Image:
    name = badge_name.from_title("Joan Citizen")
    assert name is not None
    return badge_picture.draw_badge(BadgeContent(name)).picture


def test_it_writes_the_drawing_and_the_cards_own_file(tmp_path: Path) -> None:
    png, bmp = tmp_path / "badge.png", tmp_path / "badge.bmp"
    command = [sys.executable, "-m", "functions.codecard_avatar", "render", "--name", "Joan Citizen"]
    command += ["--png", str(png), "--bmp", str(bmp)]
    done = subprocess.run(command, cwd=ROOT, env={}, check=True, capture_output=True)  # noqa: S603  (the command above)
    assert done.stdout + done.stderr == b""
    picture = Image.open(png)
    assert (picture.mode, picture.size) == ("1", (264, 176))
    assert picture.tobytes() == expected().tobytes()
    assert bmp.read_bytes() == badge_picture.bitmap_file(expected())


def test_the_picture_of_the_documents_is_what_is_drawn_today() -> None:
    assert Image.open(ROOT / "docs" / "badge.png").tobytes() == expected().tobytes()


def test_the_cards_file_shows_the_drawing(tmp_path: Path) -> None:
    assert main(["render", "--name", "Joan Citizen", "--bmp", str(tmp_path / "b.bmp")]) == 0
    rows = draw_panel((tmp_path / "b.bmp").read_bytes()).landscape()
    picture = expected()
    assert all(white == (picture.getpixel((x, y)) == 255) for y, row in enumerate(rows) for x, white in enumerate(row))


def test_an_own_background_is_taken(tmp_path: Path) -> None:
    background = tmp_path / "bg.png"
    Image.new("1", (264, 176), 1).save(background)
    target = tmp_path / "b.png"
    assert main(["render", "--name", "Joan Citizen", "--png", str(target), "--background", str(background)]) == 0
    assert Image.open(target).getpixel((5, 5)) == 255


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--name", "", "--png", "x.png"], "--name"),
        (["--name", "\u200b", "--png", "x.png"], "--name"),
        (["--name", "Joan", "--png", f"{__file__}/x.png"], "File exists"),
        (["--name", "Joan", "--png", "x.png", "--background", "missing.png"], "No such file"),
        (["--name", "Joan", "--png", "x.png", "--background", __file__], "--background"),
    ],
)
def test_what_cannot_be_used_is_named(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["render", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_write_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["render", "--name", "Joan"])
    assert ended.value.code == 2
    assert "--png" in capsys.readouterr().err
