"""Whatever hangs, the card has an answer, and the answer says what is late.

All cases wait at the same time, each in a function process of its own that is warm already, but for one. That every
request ends at the press's one deadline is proved without a clock: tests/contract/codecard_avatar/test_deadline.py.
"""

from __future__ import annotations

import json
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from emulator.card.card_client import Card, Press
from emulator.card.panel import HEIGHT_PX, WIDTH_PX, Panel
from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.services.identity.service import DEFAULT_TENANCY
from tests.support.badge import CARD, PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
REASONS = {
    "backend-hangs": "backend-late",
    "backend-hangs-cold": "backend-late",
    "backend-drips": "backend-late",
    "backend-headers-drip": "backend-late",
    "backend-never-accepts-tls": "backend-late",
    "registry-hangs": "registry-late",
    "background-hangs": "background-late",
    "upload-hangs": "upload-late",
    "readable-check-hangs": "upload-late",
    "certificate-hangs": "certificate-late",
}
COLD = {"backend-hangs-cold"}
"""Pressed with no process there yet; its start is part of the budget."""

SERVICE_HANGS = "identicon-hangs"
BACKGROUND = Panel(((True,) * WIDTH_PX,) * HEIGHT_PX).png()


class SilentServer:
    """Accepts connections; sends a byte of its text every quarter of a second, or nothing at all."""

    def __init__(self, text: bytes = b"") -> None:
        self._text = text
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._ended = threading.Event()
        self._held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._held.append(connection)
            threading.Thread(target=self._drip, args=[connection], daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        for byte in self._text:
            if self._ended.wait(0.25):
                return
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return

    def close(self) -> None:
        self._ended.set()
        for each in (self._socket, *self._held):
            each.close()


@dataclass(frozen=True)
class Outcome:
    """A press of each case, and the function's own log line of it."""

    presses: dict[str, Press]
    lines: dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Outcome]:
    root = tmp_path_factory.mktemp("late")
    names = [*REASONS, SERVICE_HANGS]
    for name in names:
        write_function(root / "functions" / name, name)
    functions = FunctionsApp(environment, functions_folder=root / "functions")
    silent, dripping = SilentServer(), SilentServer(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000)
    with Cloud(root / "cloud", functions=functions, options=CloudOptions(keys_folder=keys_folder)) as cloud:
        configs = configure(cloud, silent.port, dripping.port)

        async def set_configs() -> None:
            for name, config in configs.items():
                functions.host.configure(name, config)

        cloud.run(set_configs())
        urls = {name: f"{cloud.gateway}/t/functions/{name}" for name in names}
        for url in [url for name, url in urls.items() if name not in COLD]:  # so that only the waiting is left
            assert requests.get(f"{url}?badge=Joan.bmp", timeout=20).status_code == 200
        arm_faults(cloud)
        functions.host.logs.clear()
        with ThreadPoolExecutor(len(names)) as pool:
            presses = dict(zip(names, pool.map(press_of(urls), names), strict=True))
        logged = [json.loads(line.text) | {"case": line.function} for line in functions.host.logs]
        yield Outcome(presses, {str(line["case"]): line for line in logged})
    silent.close()
    dripping.close()


def press_of(urls: dict[str, str]) -> Callable[[str], Press]:
    return lambda name: Card(CARD, first_byte_seconds=PATIENCE_SECONDS).press(urls[name])


def write_function(folder: Path, name: str) -> None:
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "functions" / "codecard_avatar" / "func.py", folder)
    (folder / "func.yaml").write_text(
        f"schema_version: 20180708\nname: {name}\nmemory: 256\ntimeout: 15\n"
        f"triggers:\n- {{name: {name}, type: http, source: /{name}}}\n"
    )


def environment(cloud: Cloud) -> dict[str, str]:
    return {**cloud.identity.mint_resource_principal(), "SSL_CERT_FILE": str(cloud.ca_file)}


def configure(cloud: Cloud, silent: int, dripping: int) -> dict[str, dict[str, str]]:
    """The config of each case; everything works until the faults are armed."""
    cloud.codecard.save(CARD, title="Joan Citizen")
    storage = cloud.object_storage
    bucket, slow, unread = (
        storage.create_bucket(name, tenancy=DEFAULT_TENANCY, public_access_type="ObjectRead")
        for name in ("codecard", "slow", "unread")
    )
    storage.put(bucket, "cards.json", json.dumps({CARD: "Joan Citizen"}).encode())
    buckets = f"{cloud.tls_endpoint}/n/{bucket.namespace}/b/"
    apex = cloud.tls_endpoint + cloud.codecard.path
    drips = apex.replace(cloud.tls_endpoint, cloud.tls_endpoint + "/region/drips")
    hangs = apex.replace(cloud.tls_endpoint, cloud.tls_endpoint + "/region/hangs")
    works = {"apex_url": apex, "oss_bucket": buckets + bucket.name}
    inline = {"publish": "inline", "card_names": json.dumps({CARD: "Joan Citizen"})}
    storage.put(bucket, "bg.png", BACKGROUND)
    return {
        "backend-hangs": works | {"apex_url": hangs},
        "backend-hangs-cold": works | {"apex_url": hangs},
        "backend-drips": works | {"apex_url": drips},
        "backend-headers-drip": works | {"apex_url": f"http://localhost:{dripping}/cc"},
        "backend-never-accepts-tls": works | {"apex_url": f"https://localhost:{silent}/cc"},
        "registry-hangs": {"oss_bucket": buckets + bucket.name, "card_registry": "cards.json"},
        "background-hangs": works | {"image_bg_name": "bg.png"},
        "upload-hangs": works | {"oss_bucket": buckets + slow.name},
        "readable-check-hangs": works | {"oss_bucket": buckets + unread.name},
        "certificate-hangs": inline | {"public_url": f"https://localhost:{silent}"},
        SERVICE_HANGS: works | {"identicon_service": f"{cloud.endpoint}/identicon"},
    }


def arm_faults(cloud: Cloud) -> None:
    add = cloud.faults.add
    add(path="^/region/hangs", hang=True, times=None)
    add(path="^/region/drips", bytes_per_second=4, times=None)
    add(path="/cards.json", hang=True, times=None)
    add(path="/bg.png", hang=True, times=None)
    add(path="/slow/o/", method="PUT", hang=True, times=None)
    add(path="/unread/o/", method="HEAD", hang=True, times=None)
    add(path="^/identicon", hang=True, times=None)


@pytest.mark.parametrize("case", REASONS)
def test_the_card_reads_what_is_late(outcome: Outcome, case: str) -> None:
    press = outcome.presses[case]
    assert json.loads(press.raw.partition(b"\r\n\r\n")[2])["reason"] == REASONS[case]
    assert "is late" in press.fields["subtitle"]
    # Of a certificate the text is one and the same, late or unusable: who calls learns nothing about a host from it.
    assert ("certificate of" if case == "certificate-hangs" else "in time") in press.fields["bodytext"]


def test_a_late_identicon_service_is_done_without(outcome: Outcome) -> None:
    assert outcome.presses[SERVICE_HANGS].fields["template"] == "template8"
    assert "not used" in str(outcome.lines[SERVICE_HANGS]["identicon_service"])
