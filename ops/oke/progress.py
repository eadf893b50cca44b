"""Steps and a bar on stderr: one line that changes on a terminal, a line a change elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

BAR_CELLS = 20
_CLEAR = "\r\x1b[K"


def bar(done: int, of: int) -> str:
    """Return a bar of fixed width; nothing to do is all done."""
    filled = BAR_CELLS if of <= 0 else min(BAR_CELLS, BAR_CELLS * max(0, done) // of)
    return f"[{'#' * filled}{'.' * (BAR_CELLS - filled)}]"


class Progress:
    """What a command tells about its work; ``now`` is a clock in seconds. ``is_quiet``: only notes are told."""

    def __init__(self, now: Callable[[], float], stream: TextIO | None = None, *, is_quiet: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._now = now
        self._began = now()
        self._shown = ""
        self._is_open = False
        self.is_quiet = is_quiet

    def step(self, text: str) -> None:
        """Tell a step that begins."""
        if not self.is_quiet:
            self._line(text)

    def note(self, text: str) -> None:
        """Tell what the caller should know, whatever is quiet."""
        self._line(text)

    def turn(self, text: str, done: int, of: int) -> None:
        """Show how far it is; where lines stay, only what is new."""
        if self.is_quiet:
            return
        seconds = f"{self._now() - self._began:.0f} s"
        if self._stream.isatty():
            self._stream.write(f"{_CLEAR}{bar(done, of)} {text}, {seconds}")
            self._stream.flush()
            self._is_open = True
        elif text != self._shown:
            self._line(f"{bar(done, of)} {text}, {seconds}")
        self._shown = text

    def close(self) -> None:
        """End the line that changes."""
        if self._is_open:
            self._stream.write("\n")
        self._is_open = False

    def _line(self, text: str) -> None:
        self.close()
        self._stream.write(f"{text}\n")
        self._stream.flush()
