"""Byte-compile what a function imports, as Dockerfile.base does for the image: a cold start is measured with it."""

from __future__ import annotations

import compileall
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("fdk", "httptools", "dateutil", "PIL", "cryptography", "certifi")
"""Installed packages that the small functions import; the large SDKs are not among them."""


def compile_all() -> str:
    """Compile functions, shared and PACKAGES where that is not done yet; return a sentence that says so."""
    installed = Path(sysconfig.get_path("purelib"))
    folders = [ROOT / "functions", ROOT / "shared", ROOT / "ops", *(installed / name for name in PACKAGES)]
    for folder in folders:
        if folder.is_dir():
            compileall.compile_dir(folder, quiet=1)
    return "byte-compiled first, as in the image: functions, shared and what they import"
