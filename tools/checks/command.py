"""All checks of ``make check``, one after another; every one runs even when another failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def commands() -> dict[str, list[str]]:
    """Return the checks by name; a check of files that do not exist yet is left out."""
    python = sys.executable
    checks = {
        "ruff": [str(BIN / "ruff"), "check", "."],
        "format": [str(BIN / "ruff"), "format", "--check", "."],
        "mypy": [python, "-m", "mypy"],
        "imports": [str(BIN / "lint-imports")],
        "limits": [python, "-m", "tools.checks.limits"],
        "manifests": [python, "-m", "tools.checks.manifests"],
        "policies": [python, "-m", "tools.checks.policies"],
        "terraform": [python, "-m", "tools.checks.stack"],
        "generated files": [python, "-m", "tools.render", "--check"],
    }
    dockerfiles = [path.relative_to(ROOT) for path in ROOT.glob("**/Dockerfile*") if path.suffix != ".dockerignore"]
    names = sorted(str(path) for path in dockerfiles if not path.parts[0].startswith(".venv"))
    if names:
        checks["hadolint"] = [str(BIN / "hadolint"), *names]
    return checks


def main() -> int:
    """Run them; 1 when any failed."""
    failed = []
    for name, command in commands().items():
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603  (our own list)
        print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name}")
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr)
    return 1 if failed else 0
