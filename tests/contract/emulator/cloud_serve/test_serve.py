"""`python -m emulator serve` as a process: what it prints works, and it ends at a signal."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from emulator.fn_server.function_folders import find_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

TREE = Path(__file__).parents[4]


class Server:
    """The process and what it has printed until it was ready."""

    def __init__(self, root: Path) -> None:
        ports = ["--port", "0", "--functions-port", "0", "--bare"]
        command = [sys.executable, "-m", "emulator", "serve", *ports, "--root", str(root)]
        self.process = subprocess.Popen(command, cwd=TREE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        lines: list[str] = []
        stdout = self.process.stdout
        assert stdout is not None
        for line in stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        self.text = "".join(lines)
        self.endpoint = re.findall(r"http://127\.0\.0\.1:\d+", self.text)[0]

    def commands(self) -> list[list[str]]:
        joined = self.text.replace("\\\n", " ")
        return [shlex.split(line) for line in joined.splitlines() if line.startswith("  curl ")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.process.terminate()  # not killed: it ends its function processes, too
    made.process.communicate(timeout=60)


@pytest.mark.timeout(600)  # a cold start of every function, with its imports
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs the curl command")
def test_every_printed_curl_line_succeeds(server: Server, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("hello")
    answers = [
        subprocess.run([*command, "--fail", "-sS"], cwd=tmp_path, capture_output=True, timeout=100, check=True).stdout  # noqa: S603
        for command in server.commands()
    ]
    listed, put, got, card, saved, stamp, *of_functions = answers
    assert json.loads(listed) == {"objects": []}
    assert (put, got, stamp) == (b"", b"hello", b"")
    assert json.loads(card)["title"] == "Joan Citizen"
    assert json.loads(saved) == {"status": "saved"}
    assert (tmp_path / "stamp.png").read_bytes().startswith(b"\x89PNG")
    values = [json.loads(answer) for answer in of_functions]
    _, functions = find_functions(TREE / "functions")
    assert len(values) >= len(functions) > 0
    badges = [value for value in values if isinstance(value, dict) and value.get("template") == "template8"]
    assert {badge["title"] for badge in badges} == {"Joan Citizen"}
    assert len(badges) == 2
    contexts = [value for value in values if isinstance(value, dict) and "ctx.Headers" in value]
    assert [value["request"]["path"] for value in contexts] == [
        "",
        "/t/oci-functions/request-context",
        "/request-context/some/path",
    ]
    assert not [value for value in values if isinstance(value, dict) and "error" in value]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_and_stops_cleanly(server: Server, number: int) -> None:
    assert requests.get(f"{server.endpoint}/ords/codecard/master/cc", timeout=60).json()["title"] == "Uh oh!"
    server.process.send_signal(number)
    rest, _ = server.process.communicate(timeout=60)
    assert (server.process.returncode, rest) == (0, "The local cloud has stopped.\n")


@pytest.mark.parametrize("module", ["emulator serve", "tools.deploy_local"])
def test_a_port_that_is_taken_is_told_in_one_line(module: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", *module.split(), "--port", port]
        done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 2
    assert done.stderr.startswith(f"port {port}: ")
    assert done.stderr.count("\n") == 1
