"""Every function as a real process in a cloud that has something to do for each of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.example_data import CARD_ID, fill
from emulator.example_functions import configure
from emulator.fn_server.host import HostOptions
from emulator.functions_app import FunctionsApp
from emulator.services.telemetry_ingestion.service import TelemetryIngestionService

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from emulator.base.request_log import LoggedCall
    from emulator.fn_server.host import FunctionHost

BADGE = "codecard-avatar"
NAMES = ("adw-billing", BADGE, "oke-autoscaler", "request-context")
_CARD = {"X-CODECARD-ID": CARD_ID, "X-CODECARD-BUTTON-LABEL": "a", "X-CODECARD-BUTTON-FUNCTION": "1"}


class ExampleCloud:
    """The cloud of `oci-functions cloud serve` as a context manager, with metrics on."""

    def __init__(self, root: Path, keys_folder: Path, *, memory_mb: int = 1024) -> None:
        self._functions = FunctionsApp(lambda _: {}, options=HostOptions(limit_memory=False), limit_rate=False)
        self._memory_mb = memory_mb
        options = CloudOptions(keys_folder=keys_folder)
        self.cloud = Cloud(root, services=[TelemetryIngestionService()], functions=self._functions, options=options)

    def __enter__(self) -> Self:
        self.cloud.__enter__()
        configure(self.cloud, self.host, fill(self.cloud), billing_days=1)
        for name in NAMES:
            self.configure(name, publish_metrics="true")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cloud.close()

    @property
    def host(self) -> FunctionHost:
        """The function server's processes, calls and log."""
        return self._functions.host

    def configure(self, name: str, **config: str) -> None:
        """Set config of a function beside what it has."""
        self.host.configure(name, {**self.host.config[name], **config})

    def limit(self, name: str, seconds: int) -> None:
        """Give calls of a function so much time; Fn ends them then."""
        self.host.functions[name] = replace(self.host.functions[name], timeout_seconds=seconds)

    def call(self, name: str, body: str = "") -> requests.Response:
        """Call a function as a schedule does, the badge without a body as the card does."""
        if name == BADGE and not body:
            return requests.post(f"{self.cloud.gateway}/codecard/avatar", headers=_CARD, timeout=120)
        return requests.post(f"{self.cloud.gateway}/invoke/{name}", data=body, timeout=120)

    def summary(self, name: str) -> dict[str, Any]:
        """Return the summary line of a function's last call."""
        lines = [json.loads(line.text) for line in self.host.logs if f'"function": "{name}"' in line.text]
        return dict(lines[-1])

    def logged(self) -> list[LoggedCall]:
        """Return what the functions asked the cloud for."""
        return self.cloud.log.calls()


def sockets_of(pid: int) -> int:
    """Return how many sockets a process has open."""
    links = []
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(str(each.readlink()))
        except FileNotFoundError:
            continue
    return sum(link.startswith("socket:") for link in links)
