"""All functions of an app: a pool of processes each, cold starts, idle stops, limits."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.fn_server.fn_answers import (
    BODY_BYTES,
    AgentError,
    FnAnswer,
    require_success,
    timed_out,
    too_large,
    unknown_function,
    with_call_id,
)
from emulator.fn_server.loop_thread import run_in
from emulator.fn_server.process import FunctionProcess, fdk_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from emulator.fn_server.fn_answers import Headers
    from emulator.fn_server.function_folders import FunctionFolder

FREEZE_SECONDS = 0.05
MEMORY_POLL_SECONDS = 0.05
LOG_LINES = 20_000
AS_IN_IMAGES = Path(__file__).parent / "as_in_images"
_MIB = 1024 * 1024


@dataclass(frozen=True)
class HostOptions:
    """`environment` reaches every function below its own configuration; `freeze` and `limit_memory` can be off.

    `command` gives what starts a function instead of this interpreter's `fdk`, `user` the id that it runs as,
    `start_seconds` how long it may take until it listens (fnserver: FN_HOT_START_TIMEOUT_MSECS).
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    freeze: bool = True
    limit_memory: bool = True
    processes_per_function: int = 8
    command: Callable[[FunctionFolder], Sequence[str]] = fdk_command
    user: int | None = None
    start_seconds: float = 5.0


@dataclass(frozen=True)
class CallRecord:
    """One call: `cpu_seconds` is what its process had used when it answered, so for a cold call the whole start."""

    function: str
    call_id: str
    cold: bool
    status: int
    seconds: float
    cpu_seconds: float
    resident_bytes: int
    pid: int


@dataclass(frozen=True)
class LogLine:
    """One line of a function's stdout or stderr."""

    function: str
    pid: int
    text: str


class FunctionHost:
    """The functions of an app as processes; `root` holds `functions/` and `shared/` as the image does."""

    def __init__(self, root: Path, app: str, functions: Iterable[FunctionFolder], options: HostOptions) -> None:
        self.root = root
        self.app = app
        self.functions = {function.name: function for function in functions}
        self.options = options
        self.config: dict[str, dict[str, str]] = defaultdict(dict)
        self.calls: list[CallRecord] = []
        self.logs: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._idle: dict[str, list[FunctionProcess]] = defaultdict(list)
        self._all: set[FunctionProcess] = set()
        self._room: dict[str, asyncio.Semaphore] = {}
        self._timers: dict[FunctionProcess, list[asyncio.TimerHandle]] = defaultdict(list)
        self._detached: set[asyncio.Task[object]] = set()
        self._ending: set[asyncio.Task[object]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None  # of the first call: there are no processes before it
        self._numbers = itertools.count(1)

    def configure(self, function: str, config: Mapping[str, str]) -> None:
        """Set configuration over func.yaml's and retire the function's warm processes, as `fn config` does.

        May be called from any thread.
        """
        self.config[function] = dict(config)
        if self._loop is not None:
            run_in(self._loop, lambda: self._retire_idle(function))

    def _retire_idle(self, function: str) -> None:
        for process in self._idle.pop(function, []):
            self._retire(process)

    def processes(self, function: str) -> list[int]:
        """Return the ids of a function's living processes."""
        return [process.pid for process in self._all if process.function.name == function and process.alive]

    async def call(self, name: str, headers: Headers, body: bytes, *, chunked: bool = True) -> FnAnswer:
        """Call a function and return its answer, or Fn's own error as one."""
        function = self.functions.get(name)
        try:
            if function is None:
                raise unknown_function()
            if len(body) > BODY_BYTES:
                raise too_large()
            return await self._call(function, headers, body, chunked=chunked)
        except AgentError as error:
            return error.answer()

    def detach(self, name: str, headers: Headers, body: bytes) -> None:
        """Start a call without waiting for its answer."""
        task: asyncio.Task[object] = asyncio.create_task(self.call(name, headers, body))
        self._detached.add(task)
        task.add_done_callback(self._detached.discard)

    async def close(self) -> None:
        """End all processes; those that are being ended already are waited for."""
        for task in self._detached:
            task.cancel()
        await asyncio.gather(*self._detached, return_exceptions=True)
        await asyncio.gather(*(process.close() for process in self._all), *self._ending)
        self._all.clear()
        self._idle.clear()

    async def _call(self, function: FunctionFolder, headers: Headers, body: bytes, *, chunked: bool) -> FnAnswer:
        limit = self.options.processes_per_function
        async with self._room.setdefault(function.name, asyncio.Semaphore(limit)):
            process, cold = await self._take(function)
            call_id = f"01{uuid.uuid4().hex[:18].upper()}{next(self._numbers):06d}"
            # Fn-Deadline has whole seconds. It counts from here: the wait for a process and its start are over.
            deadline = datetime.fromtimestamp(int(time.time()) + function.timeout_seconds, tz=UTC)
            own = [("Fn-Call-Id", call_id), ("Fn-Deadline", deadline.strftime("%Y-%m-%dT%H:%M:%SZ"))]
            started = time.monotonic()
            status = 502
            keep = False
            try:
                answer = await self._timed(process, function, [*own, *headers], body, chunked=chunked)
                status, keep = answer.status, True
                return with_call_id(require_success(answer), call_id)
            except AgentError as error:
                status = error.status
                # A 502 or 504 of the FDK is an answer, and the process lives on; any other status is a broken contract,
                # for which Fn's agent kills the container.
                keep = keep and answer.status in {502, 504}
                raise
            finally:
                self._record(process, call_id, status, time.monotonic() - started, cold=cold)
                self._give_back(process, keep=keep)

    async def _timed(
        self, process: FunctionProcess, function: FunctionFolder, headers: Headers, body: bytes, *, chunked: bool
    ) -> FnAnswer:
        watch = asyncio.create_task(self._watch_memory(process))
        try:
            return await asyncio.wait_for(
                process.call(headers, body, chunked=chunked), timeout=function.timeout_seconds
            )
        except TimeoutError:
            raise timed_out() from None
        finally:
            watch.cancel()

    async def _watch_memory(self, process: FunctionProcess) -> None:
        """Kill a process over its memory, as the kernel does in a container; the call then ends without an answer."""
        # Polled, not a cgroup: a peak that is shorter than the interval goes unseen.
        while self.options.limit_memory:
            if process.resident_bytes() > process.function.memory_mb * _MIB:
                self._note(process, "killed: over its memory")
                process.kill()
                return
            await asyncio.sleep(MEMORY_POLL_SECONDS)

    async def _take(self, function: FunctionFolder) -> tuple[FunctionProcess, bool]:
        """Return a warm process, or a new one and True."""
        self._loop = asyncio.get_running_loop()
        idle = self._idle[function.name]
        while idle:
            process = idle.pop()
            self._stop_timers(process)
            if process.alive:
                process.thaw()
                return process, False
            self._retire(process)
        process = FunctionProcess(
            function,
            self._environment(function),
            lambda pid, text: self._line(function, pid, text),
            command=self.options.command(function),
            user=self.options.user,
        )
        self._all.add(process)
        try:
            await process.start(self.options.start_seconds)
        except AgentError:
            self._retire(process)
            raise
        return process, True

    def _environment(self, function: FunctionFolder) -> dict[str, str]:
        # Later entries win: the function's own config over the app's, and what a test configured over both.
        return {
            "HOME": "/home/fn",
            "PYTHONPATH": f"{self.root}{os.pathsep}{AS_IN_IMAGES}",
            "FN_APP_ID": f"ocid1.fnapp.oc1..{self.app}",
            "FN_APP_NAME": self.app,
            "FN_FN_ID": f"ocid1.fnfunc.oc1..{function.name}",
            "FN_FN_NAME": function.name,
            **self.options.environment,
            **function.config,
            **self.config.get(function.name, {}),
        }

    def _give_back(self, process: FunctionProcess, *, keep: bool) -> None:
        if not keep or not process.alive:
            self._retire(process)
            return
        self._idle[process.function.name].append(process)
        loop = asyncio.get_running_loop()
        timers = self._timers[process]
        # Fn pauses an idle container after 50 ms: background threads of a function stop between calls.
        if self.options.freeze:
            timers.append(loop.call_later(FREEZE_SECONDS, process.freeze))
        timers.append(loop.call_later(process.function.idle_timeout_seconds, self._expire, process))

    def _expire(self, process: FunctionProcess) -> None:
        with contextlib.suppress(ValueError):
            self._idle[process.function.name].remove(process)
        self._retire(process)

    def _retire(self, process: FunctionProcess) -> None:
        self._stop_timers(process)
        process.kill()
        self._all.discard(process)
        task: asyncio.Task[object] = asyncio.ensure_future(process.close())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _stop_timers(self, process: FunctionProcess) -> None:
        for timer in self._timers.pop(process, []):
            timer.cancel()

    def _record(self, process: FunctionProcess, call_id: str, status: int, seconds: float, *, cold: bool) -> None:
        self.calls.append(
            CallRecord(
                function=process.function.name,
                call_id=call_id,
                cold=cold,
                status=status,
                seconds=seconds,
                cpu_seconds=process.cpu_seconds(),
                resident_bytes=process.resident_bytes(),
                pid=process.pid,
            )
        )

    def _line(self, function: FunctionFolder, pid: int, text: str) -> None:
        self.logs.append(LogLine(function.name, pid, text))

    def _note(self, process: FunctionProcess, text: str) -> None:
        self._line(process.function, process.pid, text)
