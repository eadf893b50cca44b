"""The badge drawn by eight ImageMagick processes, the way the published function works; our own script."""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.fonts import BOLD, FOLDER, REGULAR
from functions.codecard_avatar.draw.identicon import identicon_cells

if TYPE_CHECKING:
    from collections.abc import Sequence


def programs() -> tuple[str, str] | None:
    """Return the paths of ImageMagick's convert and composite, None where the real ones are missing."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        convert, composite = Path(folder) / "convert", Path(folder) / "composite"
        if os.access(convert, os.X_OK) and os.access(composite, os.X_OK):
            shown = subprocess.run([str(convert), "-version"], capture_output=True, text=True, check=False)  # noqa: S603
            if shown.stdout.startswith("Version: ImageMagick"):
                return str(convert), str(composite)
    return None


def draw(folder: Path, found: tuple[str, str]) -> float:
    """Draw Joan Citizen's badge into ``badge.bmp``; return the CPU seconds (user and system) of the eight processes."""
    before = children_seconds()
    for command in commands(*found):
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603  (the list below)
    return children_seconds() - before


def commands(convert: str, composite: str) -> list[Sequence[str]]:
    """Return the commands: background, identicon, both together, two names, two labels, and the turned file."""
    bold, regular = str(FOLDER / BOLD), str(FOLDER / REGULAR)
    cells = " ".join(
        f"rectangle {6 + 9 * x},{6 + 9 * y} {14 + 9 * x},{14 + 9 * y}"
        for y, row in enumerate(identicon_cells("JoCi"))
        for x, white in enumerate(row)
        if white
    )
    text = ("-fill", "black", "-font")
    return [
        (convert, "-size", "264x176", "xc:white", "-fill", "black", "-draw", "rectangle 0,0 263,53", "1.png"),
        (convert, "-size", "85x85", "xc:black", "-fill", "white", "-draw", cells, "2.png"),
        (composite, "-geometry", "+163+75", "2.png", "1.png", "3.png"),
        (convert, "3.png", *text, bold, "-pointsize", "20", "-annotate", "+7+146", "Joan", "4.png"),
        (convert, "4.png", *text, regular, "-pointsize", "20", "-annotate", "+7+169", "Citizen", "5.png"),
        (convert, "5.png", *text, regular, "-pointsize", "11", "-annotate", "+168+171", "JoCi?s=8&p=30", "6.png"),
        (convert, "6.png", *text, regular, "-pointsize", "11", "-annotate", "90x90+252+64", "drawn by code", "7.png"),
        (convert, "7.png", "-rotate", "-90", "-monochrome", "BMP3:badge.bmp"),
    ]


def children_seconds() -> float:
    """Return the CPU seconds (user and system) of this process's ended children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
