"""What a press loads: a large package costs more CPU than a cold start may have (`make bench` measures the seconds)."""

from __future__ import annotations

import os
import subprocess
import sys

from tools.suite import ROOT

LARGE_PACKAGES = ("oci", "requests", "urllib3", "pydantic", "duckdb", "oracledb", "kubernetes")


def loaded(imports: str, packages: tuple[str, ...]) -> str:
    """Which of the packages a new process has after these imports."""
    code = f"import sys, {imports}; print(*[name for name in {packages} if name in sys.modules])"
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


def test_no_large_package_is_imported_for_a_press() -> None:
    everything = "functions.codecard_avatar.func, functions.codecard_avatar.render, shared.oci.signature"
    assert loaded(everything, LARGE_PACKAGES) == ""


def test_pillow_and_the_signature_are_left_to_the_calls_that_need_them() -> None:
    assert loaded("functions.codecard_avatar.func", ("PIL", "cryptography")) == ""
    assert loaded("functions.codecard_avatar.render", ("PIL",)) == "PIL"
