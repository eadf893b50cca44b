"""Ticks in processes of their own, to be run side by side and to be killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
MAX_WAIT_SECONDS = 200
"""Until a tick that does not end is an error: more than its deadline of 60 s, less than its test's limit."""


class TickProcess:
    """One tick that runs."""

    def __init__(self, pid: int, out: Path) -> None:
        self.pid = pid
        self._out = out

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._wait()

    def answer(self) -> dict[str, Any] | None:
        """Wait for the end; return the answer, None of one that was killed. Raises RuntimeError for a crash."""
        self._wait()
        if not self._out.exists():
            return None
        found: dict[str, Any] = json.loads(self._out.read_text())
        if "crash" in found:
            raise RuntimeError(found["crash"])
        return found

    def _wait(self) -> None:
        until = time.monotonic() + MAX_WAIT_SECONDS
        while Path(f"/proc/{self.pid}").exists():
            if time.monotonic() > until:
                raise TimeoutError(f"process {self.pid} does not end")
            time.sleep(0.002)


class TickProcesses:
    """Starts ticks; a context manager around the process that forks them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.tick_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        )

    def start(self, env: dict[str, str], keys: dict[str, str], *, seconds: float = 60.0) -> TickProcess:
        """Return a tick that has just been started."""
        assert self._server.stdin
        assert self._server.stdout
        self._number += 1
        out = self._folder / f"{self._number}.json"
        line = json.dumps({"env": env, "keys": keys, "seconds": seconds, "out": str(out)})
        self._server.stdin.write(line + "\n")
        self._server.stdin.flush()
        return TickProcess(int(self._server.stdout.readline()), out)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.communicate(timeout=10)
