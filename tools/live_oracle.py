"""Run the live suite of the Oracle engine: against `ORACLE_TEST_DSN`, else against a simulator beside the project.

The simulator is a folder `../shared/tools/oraclesim` (or below `SUITE_SHARED`); it is no part of the project, and is
started in an environment of its own, once for each of its server profiles. With neither, there is nothing to run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
SUITE = "tests/live"
LOGON_AND_STATEMENTS = tuple(
    f"{SUITE}/test_oracle_{name}.py" for name in ("logon", "function", "warehouse", "questions")
)
COPIES = f"{SUITE}/test_oracle_copy.py"
RUNS = (
    ("23ai", (SUITE, f"--ignore={COPIES}")),
    ("23ai", (COPIES,)),
    ("19c", LOGON_AND_STATEMENTS),
)
"""What runs on which of the simulator's server forms, each on a simulator of its own: all on the newer one; on the
older one what the form can change, how it logs on and which statements it takes. What is killed, refused or copied is
the same on both (`--soak`: all)."""

AT_ONCE = 2

USER, PASSWORD = "ADMIN", "Welcome_12345"
"""The simulator's own user."""

TEST_SECONDS = 900
"""Of one test: a sweep that is killed at every message takes two minutes on a busy machine, and a test that is cut off
leaves its session's locks to all that follow."""

_START_SECONDS = 60


def main(arguments: list[str]) -> int:
    """Run what can be run; return the worst exit status of pytest, 0 where there is no database."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.live_oracle",
        description="Run tests/live against ORACLE_TEST_DSN, else against a simulator beside the project.",
        epilog="ORACLE_TEST_USER and ORACLE_TEST_PASSWORD log on; SUITE_SHARED is the simulator's parent folder.",
    )
    parser.add_argument("--soak", action="store_true", help="the long sweeps too, which kill at each message")
    soak = parser.parse_args(arguments).soak
    if os.environ.get("ORACLE_TEST_DSN"):
        return subprocess.run(_pytest((SUITE,), soak=soak), cwd=ROOT, check=False).returncode  # noqa: S603
    simulator = Path(os.environ.get("SUITE_SHARED", ROOT.parent / "shared")) / "tools" / "oraclesim"
    if not simulator.is_dir():
        print("live suite: no ORACLE_TEST_DSN and no simulator beside the project; nothing was run")
        return 0
    python = _environment(simulator)
    chosen = tuple((profile, (SUITE,)) for profile in ("23ai", "19c")) if soak else RUNS
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [
            pool.submit(_on_profile, _pytest(parts, soak=soak), simulator, python, profile) for profile, parts in chosen
        ]
        return max(run.result() for run in runs)


def _pytest(parts: Iterable[str], *, soak: bool) -> list[str]:
    chosen = [] if soak else ["-m", "not soak"]
    return [sys.executable, "-m", "pytest", "-q", *chosen, "--timeout", str(TEST_SECONDS), *parts]


def _on_profile(command: list[str], simulator: Path, python: Path, profile: str) -> int:
    with tempfile.TemporaryDirectory() as folder, _running(simulator, python, profile, Path(folder)) as server:
        environment = {**os.environ, **server}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)  # noqa: S603
    print(f"live suite: simulator, profile {profile}\n{done.stdout}{done.stderr}", flush=True)
    return done.returncode


def _environment(simulator: Path) -> Path:
    """Return the Python of the simulator's own environment, made at its first use."""
    folder = ROOT / ".venv" / "oraclesim"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
        subprocess.run([*install, str(simulator / "requirements.txt")], check=True)  # noqa: S603  (no shell, our paths)
        (folder / "ready").touch()
    return python


@contextmanager
def _running(simulator: Path, python: Path, profile: str, folder: Path) -> Iterator[dict[str, str]]:
    """Run a simulator on free ports; yield the variables that lead the tests to it."""
    ports = ["--port", "0", "--tls-port", "0", "--control-port", "0"]
    command = [str(python), "-m", "oraclesim", *ports, "--db", str(folder / "db"), "--profile", profile]
    log = (folder / "log").open("w+")
    process = subprocess.Popen(command, cwd=simulator, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            log.seek(0)
            raise RuntimeError(f"the simulator did not start: {log.read()[-2000:]}")
        state = json.loads(line)
        yield {
            "ORACLE_TEST_DSN": str(state["dsn"]),
            "ORACLE_TEST_USER": USER,
            "ORACLE_TEST_PASSWORD": PASSWORD,
            "ORACLE_TEST_CONTROL": f"http://127.0.0.1:{state['control']}",
            "ORACLE_TEST_SIMULATOR": str(simulator),
            "ORACLE_TEST_PROFILE": profile,
        }
    finally:
        process.terminate()
        process.wait(_START_SECONDS)
        log.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
