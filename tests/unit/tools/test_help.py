"""`--help` of every command of tools, bench and the live suite says how it is used, and does none of its work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("bench", "tools.checks", "tools.demo", "tools.render")
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("bench", "tools", "tools/checks", "tests/live")
    for path in (ROOT / folder).glob("*.py")
    if path.stem != "__main__" and "\nif __name__ ==" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", [*PACKAGES, *MODULES])
def test_help_is_printed_and_nothing_is_done(module: str) -> None:
    command = [sys.executable, "-m", module, "--help"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603  (our own)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")


def test_an_unknown_part_is_an_error_of_usage() -> None:
    command = [sys.executable, "-m", "tools.demo", "nothing"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603  (our own)
    assert done.returncode == 2
    assert "unknown part: nothing" in done.stderr
