"""The files that a page is made of, each known by the hash of its content."""

from __future__ import annotations

import base64
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
STATIC = FOLDER / "static"
VENDOR = FOLDER / "vendor"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
SCRIPTS = ("chart_text.js", "chart_marks.js", "chart_zoom.js", "chart_cursor.js", "charts.js", "page.js")
"""Of all pages, each using those before it."""

VERSION = "1.6.32"
"""Of uPlot, the charting library (docs/pages.md has why this one)."""

CHART_LIBRARY = VENDOR / "uPlot.iife.min.js"
CHART_STYLE = VENDOR / "uPlot.min.css"
VENDORED = {
    CHART_LIBRARY.name: "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    CHART_STYLE.name: "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
}
"""SHA-256 of the library's files as npm has them; `make page-library` fetches and compares them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A style sheet or a script: its kind (``.css``, ``.js``), its name before the hash, its bytes."""

    stem: str
    kind: str
    content: bytes

    @property
    def name(self) -> str:
        """The name under which it is served; another content has another name."""
        return f"{self.stem}-{hashlib.sha256(self.content).hexdigest()[:16]}{self.kind}"

    @property
    def source_hash(self) -> str:
        """The hash as a content security policy and an `integrity` attribute have it."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.content).digest()).decode()}"

    @property
    def media_type(self) -> str:
        """Its Content-Type."""
        return MEDIA_TYPES[self.kind]


@functools.cache
def part_of(stem: str, *files: Path) -> Part:
    """Return files of one kind as one part, in their order; read once a container."""
    content = b"\n".join(file.read_bytes().rstrip() for file in files) + b"\n"
    # An HTML parser ends an inline script at this text, wherever it stands; none of ours may have it.
    if b"</script" in content.lower() or b"</style" in content.lower():
        raise ValueError(f"{stem}: no part may hold the end of its own element")
    return Part(stem, files[0].suffix, content)


def chart_library() -> Part:
    """Return the charting library as it came from npm."""
    return part_of("uplot", CHART_LIBRARY)
