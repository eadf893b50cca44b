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
from functions.codecard_avatar.draw.sheet import sample_photo
from functions.codecard_avatar.model.badge_content import LAYOUTS, content_of

ROOT = Path(__file__).resolve().parents[4]


EXAMPLE = {"title": "Joan Citizen", "role": "Platform engineer", "company": "Example Corp"}


def expected(**fields: str) -> Image.Image:
    content = content_of({"title": "Joan Citizen", **fields}, "name-first", "DevCon 2026" if fields else "")
    assert content is not None
    return badge_picture.draw_badge(content).picture


def test_it_writes_the_drawing_and_the_cards_own_file(tmp_path: Path) -> None:
    png, bmp = tmp_path / "badge.png", tmp_path / "badge.bmp"
    command = [sys.executable, "-m", "functions.codecard_avatar", "render", "--name", "Joan Citizen"]
    command += ["--png", str(png), "--bmp", str(bmp)]
    done = subprocess.run(command, cwd=ROOT, env={}, check=True, capture_output=True)  # noqa: S603  (the command above)
    assert done.stderr == b""
    said = f"{png}: {png.stat().st_size:,} bytes, PNG of 264 x 176 pixels, layout name-first\n"
    said += f"{bmp}: 6,402 bytes, the card's bitmap, layout name-first\n"
    assert done.stdout.decode() == said
    picture = Image.open(png)
    assert (picture.mode, picture.size) == ("1", (264, 176))
    assert picture.tobytes() == expected().tobytes()
    assert bmp.read_bytes() == badge_picture.bitmap_file(expected())


def test_the_picture_of_the_documents_is_what_is_drawn_today() -> None:
    assert Image.open(ROOT / "docs" / "badge.png").tobytes() == expected(**EXAMPLE).tobytes()


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


def test_all_that_a_badge_shows_can_be_given(tmp_path: Path) -> None:
    texts = {"role": "Engineer", "company": "Example Corp", "pronouns": "they", "event": "DevCon", "detail": "Level 7"}
    options = [text for option, value in texts.items() for text in (f"--{option}", value)]
    target = tmp_path / "b.png"
    assert main(["render", "--name", "Joan Citizen", *options, "--layout", "details", "--png", str(target)]) == 0
    content = content_of({"title": "Joan Citizen", **texts}, "details")
    assert content is not None
    assert Image.open(target).tobytes() == badge_picture.draw_badge(content).picture.tobytes()


def test_a_photo_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "me.png").write_bytes(sample_photo())
    for layout in ("photo", "name-first"):
        command = ["render", "--name", "Joan", "--photo", str(tmp_path / "me.png"), "--layout", layout]
        assert main([*command, "--png", str(tmp_path / f"{layout}.png")]) == 0
    assert (tmp_path / "photo.png").read_bytes() != (tmp_path / "name-first.png").read_bytes()


def test_what_is_not_on_the_badge_as_asked_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["render", "--name", "Joan", "--png", str(tmp_path / "b.png")]
    assert main([*command, "--layout", "qr", "--detail", "x"]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]
    assert notes == [
        "note: there is no text for a QR code: laid out name first",
        "note: --detail is shown by --layout details",
    ]


def test_the_page_of_badges_shows_every_layout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "sheet.png"
    assert main(["render", "--sheet", str(target)]) == 0
    page = Image.open(target)
    assert (
        f"{target}: {target.stat().st_size:,} bytes, PNG of {page.width} x {page.height} pixels"
        in capsys.readouterr().out
    )
    assert page.width >= 2 * len(LAYOUTS) * 264
    assert page.height >= 12 * 176


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--name", "", "--png", "x.png"], "--name"),
        (["--name", "\u200b", "--png", "x.png"], "--name"),
        (["--name", "Joan", "--png", f"{__file__}/x.png"], "File exists"),
        (["--name", "Joan", "--png", "x.png", "--background", "missing.png"], "No such file"),
        (["--name", "Joan", "--png", "x.png", "--background", __file__], "--background"),
        (["--name", "Joan", "--png", "x.jpg"], "name it x.png"),
        (["--name", "Joan", "--bmp", "x"], "name it x.bmp"),
        (["--sheet", "x.pdf"], "name it x.png"),
        (["--name", "Joan", "--png", "x.png", "--photo", "missing.jpg"], "No such file"),
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


def test_a_badge_without_a_name_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["render", "--png", "x.png"])
    assert ended.value.code == 2
    assert "--name" in capsys.readouterr().err
