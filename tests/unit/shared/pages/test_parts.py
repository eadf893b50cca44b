"""The parts of pages: the library is the one from npm, and a part's name follows its content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from shared.pages import parts

if TYPE_CHECKING:
    from pathlib import Path


def test_the_library_has_the_hashes_that_npm_gave() -> None:
    found = {name: hashlib.sha256((parts.VENDOR / name).read_bytes()).hexdigest() for name in parts.VENDORED}
    assert found == parts.VENDORED
    assert "MIT License" in (parts.VENDOR / "LICENSE.uPlot").read_text()


def test_another_content_has_another_name(tmp_path: Path) -> None:
    one, other = tmp_path / "a.js", tmp_path / "b.js"
    one.write_text("1\n")
    other.write_text("2\n")
    names = {parts.part_of("toy", one).name, parts.part_of("toy", other).name, parts.part_of("toy", one, other).name}
    assert len(names) == 3
    assert parts.part_of("toy", one, other).content == b"1\n2\n"


@pytest.mark.parametrize("text", ["'</script>'", "/* </STYLE> */"])
def test_a_part_that_would_end_its_element_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.js"
    file.write_text(text)
    with pytest.raises(ValueError, match="end of its own element"):
        parts.part_of("toy", file)
