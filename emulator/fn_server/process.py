"""One function process: the real `fdk` command on a unix socket, as a container of Fn holds it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from multidict import CIMultiDict

from emulator.fn_server.fn_answers import FnAnswer, failed_to_start, no_answer, start_timed_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from emulator.fn_server.fn_answers import Headers
    from emulator.fn_server.function_folders import FunctionFolder

_POLL_SECONDS = 0.002
_TICKS = os.sysconf("SC_CLK_TCK")
_KIB = 1024


def fdk_command(function: FunctionFolder) -> list[str]:
    """Return what an image's entry point is, with the `fdk` command of this interpreter."""
    return [str(Path(sys.executable).parent / "fdk"), str(function.folder / "func.py"), "handler"]


class FunctionProcess:
    """A started process. `log` takes each line of its output; `environment` is all that it sees.

    `command` starts it (default: the `fdk` command beside this interpreter), `user` is the id it runs as (default: the
    own one).
    """

    def __init__(
        self,
        function: FunctionFolder,
        environment: Mapping[str, str],
        log: Callable[[int, str], None],
        *,
        command: Sequence[str] = (),
        user: int | None = None,
    ) -> None:
        self.function = function
        self.calls = 0
        self._log = log
        self._command = tuple(command or fdk_command(function))
        self._user = user
        self._folder = Path(tempfile.mkdtemp(prefix="fn-"))  # a short path: unix socket addresses end at 108 bytes
        self._folder.chmod(0o777)  # as Fn's agent makes it: the function runs as another user
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "FN_FORMAT": "http-stream",
            "FN_LISTENER": f"unix:{self._folder}/lsnr.sock",
            "FN_MEMORY": str(function.memory_mb),
            "FN_TYPE": "sync",
            **environment,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self._readers: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int:
        """Return the process id; 0 before the start."""
        return self._process.pid if self._process else 0

    @property
    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.returncode is None

    async def start(self, within_seconds: float) -> None:
        """Start and wait until it listens. Raises AgentError when it ends first or takes too long."""
        as_user = {} if self._user is None else {"user": self._user, "group": self._user, "extra_groups": []}
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            **as_user,  # type: ignore[arg-type]
            env=self._environment,
            cwd=self._folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                self._readers.append(asyncio.create_task(self._read(stream)))
        await self._wait_for_socket(within_seconds)
        connector = aiohttp.UnixConnector(path=f"{self._folder}/lsnr.sock", limit=1)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)

    async def call(self, headers: Headers, body: bytes, *, chunked: bool) -> FnAnswer:
        """Send one request as Fn's agent does. Raises AgentError when the process gives no answer."""
        if self._session is None:
            raise no_answer()
        self.calls += 1
        sent = [("Host", "localhost"), ("User-Agent", "Go-http-client/1.1"), ("Accept-Encoding", "gzip"), *headers]
        # An aiohttp multidict keeps repeated names; a plain dict would not.
        fields = CIMultiDict(_without_repeated_agent(sent))
        try:
            async with self._session.post(
                "http://localhost/call",
                headers=fields,
                data=body if body or chunked else None,
                chunked=True if chunked else None,
                skip_auto_headers=("Accept", "Content-Type", "User-Agent"),
                timeout=aiohttp.ClientTimeout(total=None),
            ) as response:
                answer = await response.read()
                return FnAnswer(response.status, list(response.headers.items()), answer)
        except (aiohttp.ClientError, OSError):
            raise no_answer() from None

    def freeze(self) -> None:
        """Stop all threads, as Fn pauses an idle container."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run again."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the process and its children at once."""
        self._signal(signal.SIGKILL)

    async def close(self) -> None:
        """Kill it, collect it and remove its folder."""
        self.kill()
        if self._session is not None:
            await self._session.close()
        if self._process is not None:
            await self._process.wait()
        for reader in self._readers:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({reader}, timeout=1)
                reader.cancel()
        shutil.rmtree(self._folder, ignore_errors=True)

    def cpu_seconds(self) -> float:
        """Return user and system time used since the start, children included (resolution 10 ms); 0 when it is gone."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return sum(int(ticks) for ticks in fields[11:15]) / _TICKS

    def resident_bytes(self) -> int:
        """Return the memory it holds now; 0 when it is gone."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0
        lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(lines[0].split()[1]) * _KIB if lines else 0

    async def _wait_for_socket(self, within_seconds: float) -> None:
        until = time.monotonic() + within_seconds
        # The FDK listens on phonylsnr.sock and then links lsnr.sock to it, so the link is there only when a connection
        # will be accepted. The agent waits for it with inotify; polling at 2 ms costs less code.
        link = self._folder / "lsnr.sock"
        while not link.is_symlink() and not link.exists():
            if not self.alive:
                raise failed_to_start()
            if time.monotonic() > until:
                raise start_timed_out()
            await asyncio.sleep(_POLL_SECONDS)
        if not _is_listener(link):
            raise failed_to_start()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # longer than the reader's buffer
                continue
            if not line:
                return
            self._log(self.pid, line.decode("utf-8", "replace").rstrip("\n"))

    def _signal(self, number: signal.Signals) -> None:
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)


def _is_listener(link: Path) -> bool:
    """Tell whether the link is one that Fn's agent accepts: relative, to a socket in the same folder."""
    if not link.is_symlink():
        return False
    target = link.readlink()
    return not target.is_absolute() and len(target.parts) == 1 and link.is_socket()


def _without_repeated_agent(headers: Headers) -> Headers:
    """Let a caller's Host, User-Agent and Accept-Encoding replace the agent's own, as one value each."""
    # Through /invoke a client's own headers come beside the agent's; Go sends each of these once.
    singles = {"host", "user-agent", "accept-encoding"}
    last = {name.lower(): position for position, (name, _) in enumerate(headers)}
    return [
        pair
        for position, pair in enumerate(headers)
        if pair[0].lower() not in singles or last[pair[0].lower()] == position
    ]
