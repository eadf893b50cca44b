"""`oci-functions cloud deploy` as a process: it passes its own preflight, and every command that it prints works."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.command_line import PROCESS
from tools import suite
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST_LINE = "Ctrl-C removes it all."


class Deployment:
    """The process, what it printed until it was ready, and the commands in it."""

    def __init__(self) -> None:
        command = [*PROCESS, "cloud", "deploy", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self.process.stdout is not None
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith(LAST_LINE):
                break

    def commands(self, start: str) -> list[list[str]]:
        """The printed commands that begin with a word, labels before them cut off."""
        found = [line[line.index(start) :] for line in self.lines if start in line]
        return [shlex.split(line) for line in found]


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    made = Deployment()
    yield made
    made.process.terminate()  # not killed: it ends its function processes, too
    made.process.communicate(timeout=30)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603


def test_the_preflight_of_a_fresh_deployment_passes(deployment: Deployment) -> None:
    wanted = "ok, 0 failed, 0 unknown, 0 warnings"
    assert any(line.endswith(wanted) for line in deployment.lines), "\n".join(deployment.lines)


def test_every_function_answers_its_printed_command(deployment: Deployment) -> None:
    """One process each would pay for the SDK's import four times: request-context's stands for all."""
    printed = deployment.commands(".venv/bin/oci-functions invoke")
    (command,) = (each for each in printed if each[2].endswith("request-context"))
    done = run(*command)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["Message"], answer["version"]) == (0, "Hello World", suite.read().version)
    assert re.fullmatch("[0-9a-f]{7,}|unknown", answer["commit"])
    assert len(printed) == len(list(ROOT.glob("functions/*/func.yaml")))


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs the curl command")
def test_a_card_gets_its_badge_and_a_person_with_the_printed_token_an_answer(deployment: Deployment) -> None:
    card, person = (run(*command) for command in deployment.commands("curl"))
    badge = json.loads(card.stdout)
    assert (badge["template"], badge["title"]) == ("template8", "Joan Citizen")
    assert run("curl", "-sSf", "-o", os.devnull, badge["backgroundImage"]).returncode == 0
    assert json.loads(person.stdout)["request"]["path"] == "/request-context"


def test_a_stock_and_a_reflashed_card_show_the_badge_at_the_printed_address(deployment: Deployment) -> None:
    (command,) = deployment.commands(".venv/bin/oci-functions cloud press")
    done = run(*command)
    assert (done.returncode, done.stdout.count("panel: the picture")) == (0, 2), done.stdout


def test_it_ends_when_told(deployment: Deployment) -> None:
    deployment.process.send_signal(signal.SIGINT)
    deployment.process.communicate(timeout=30)
    assert deployment.process.returncode == 0
