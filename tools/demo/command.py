"""`make demo`: each part on embedded defaults, one after another, printed as it ends.

A part is a module ``tools/demo/<name>.py`` with ``TITLE`` and ``run(out: Path) -> None``, which prints its results and
writes its pictures into ``out``; it raises when something is not as it should be.
"""

from __future__ import annotations

import argparse
import importlib
import io
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.base.result_folder import FolderNotWritable, make_writable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
ORDER = ("cluster", "badge", "billing", "autoscaler")
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


def parts() -> list[str]:
    """Return the parts that this tree has, in the order they are shown."""
    return [name for name in ORDER if (ROOT / "tools" / "demo" / f"{name}.py").exists()]


def main(arguments: list[str]) -> int:
    """Run the named parts, all by default; 130 after Ctrl-C or SIGTERM, 2 where nothing can be written."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description="Show each function at work.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(parts())} (default: all)")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="folder for the pictures (default: out)")
    options = parser.parse_args(arguments)
    wanted = options.parts or parts()
    if unknown := [name for name in wanted if name not in parts()]:
        parser.error(f"unknown part: {', '.join(unknown)}; there are {', '.join(parts())}")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _show(wanted, make_writable(options.out))
    except FolderNotWritable as fault:
        parser.exit(2, f"{fault}\n")
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is left to do is short
        print("\nStopped; nothing goes on running.", flush=True)
        return INTERRUPTED
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Let SIGTERM end the demo as Ctrl-C does: through every `with`."""
    raise KeyboardInterrupt


def _show(wanted: Iterable[str], out: Path) -> None:
    """Run each part; every line is seen as it is printed, through a pipe too."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    for name in wanted:
        print(f"== {name}")
        module = importlib.import_module(f"tools.demo.{name}")
        started = time.monotonic()
        print(f"   {module.TITLE}")
        module.run(out)
        print(f"   ({name}: {time.monotonic() - started:.1f} s)\n")
