"""`make demo`: each part on embedded defaults, one after another, printed as it ends.

A part is a module ``tools/demo/<name>.py`` with ``TITLE`` and ``run(out: Path) -> None``, which prints its results and
writes its pictures into ``out``; it raises when something is not as it should be.
"""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ORDER = ("badge", "billing", "autoscaler")


def parts() -> list[str]:
    """Return the parts that this tree has, in the order they are shown."""
    return [name for name in ORDER if (ROOT / "tools" / "demo" / f"{name}.py").exists()]


def main(arguments: list[str]) -> int:
    """Run the named parts, all by default."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description="Show each function at work.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(parts())} (default: all)")
    wanted = parser.parse_args(arguments).parts or parts()
    if unknown := [name for name in wanted if name not in parts()]:
        parser.error(f"unknown part: {', '.join(unknown)}; there are {', '.join(parts())}")
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    for name in wanted:
        module = importlib.import_module(f"tools.demo.{name}")
        started = time.monotonic()
        print(f"== {module.TITLE}", flush=True)
        module.run(out)
        print(f"   ({name}: {time.monotonic() - started:.1f} s)\n", flush=True)
    return 0
