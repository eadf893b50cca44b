"""SIGKILL before and after every call of a create and a delete: the next run finishes, and nothing is made twice.

`make test` tries a few points, chosen by a seed that is printed at its end (`KILL_SEED=<number> make test` repeats
them); `make soak` tries all. A call that a command is killed before has no effect; one that it is killed after has its
effect and no answer. What is counted comes from the emulated service and its request log.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from emulator.base.hooks import AbandonRequest
from emulator.oke.model.manifests import node_pool_manifest
from emulator.oke.model.network import DOMAINS, VCN
from ops.oke.values import TAG
from tests.contract.oke_command.conftest import SUBNET
from tools.suite import ROOT

if TYPE_CHECKING:
    from emulator.base.request_log import LoggedCall
    from tests.contract.oke_command.conftest import Oke

When = Literal["before", "after"]
SERVICES = {"container_engine", "virtual_network", "kubernetes"}
SECONDS_A_CALL = 45
POINTS = 2
MAX_WAIT_SECONDS = 60


class Server:
    """Starts commands as processes of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.contract.oke_command.command_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        )

    def start(self, command: str, words: list[str]) -> tuple[int, Path]:
        """Return the process id of a command that has just begun, and the file for its end."""
        assert self.process.stdin
        assert self.process.stdout
        self._number += 1
        out = self._folder / f"{self._number}.json"
        self.process.stdin.write(json.dumps({"command": command, "words": words, "out": str(out)}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline()), out


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("commands"))
    yield started
    assert started.process.stdin
    started.process.stdin.close()
    started.process.wait(MAX_WAIT_SECONDS)


def wait_for(pid: int) -> None:
    until = time.monotonic() + MAX_WAIT_SECONDS
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > until:
            raise TimeoutError(f"process {pid} does not end")
        time.sleep(0.002)


class Story:
    """One command, killed or not, and its next run."""

    def __init__(self, oke: Oke, server: Server, command: str) -> None:
        self.oke = oke
        self.server = server
        self.command = command
        oke.cloud.faults.clear()
        oke.cloud.hooks.clear()
        oke.cluster.reset()
        oke.cluster.start_without_cluster()
        oke.cluster.behaviour.retry_after_seconds = None
        oke.cluster.behaviour.list_lag_seconds = 4 * SECONDS_A_CALL
        oke.cloud.hooks.add("before", lambda _: oke.cluster.advance(SECONDS_A_CALL), service="container_engine")
        self.words = oke.wish("--size", "2")
        if command == "delete":
            self.made_already()
            self.words = [*oke.who, "--cluster", oke.cluster.id, "--yes"]
        oke.cloud.log.clear()

    def made_already(self) -> None:
        """Make the cluster and its pool without a command."""
        cluster = self.oke.cluster
        common = {"name": "prod", "compartmentId": cluster.compartment, "freeformTags": TAG}
        cluster.clusters.create({**common, "vcnId": VCN, "kubernetesVersion": "v1.33.1"}, None)
        cluster.advance(500)
        placements = [{"availabilityDomain": DOMAINS[0], "subnetId": f"{SUBNET}workers"}]
        pool = node_pool_manifest("prod", size=2, cluster_id=cluster.id, compartment=cluster.compartment, more=common)
        pool["nodeConfigDetails"]["placementConfigs"] = placements
        cluster.node_pools.create(pool, None)
        cluster.advance(500)

    def whole(self) -> dict[str, Any]:
        """Run the command to its end."""
        pid, out = self.server.start(self.command, self.words)
        wait_for(pid)
        found: dict[str, Any] = json.loads(out.read_text())
        assert "crash" not in found, found
        return found

    def calls(self) -> int:
        return sum(call.service in SERVICES for call in self.oke.cloud.log.calls())

    def killed_at(self, number: int, when: When) -> bool:
        """Run until the call of this number, and kill there; False when it ended before."""
        seen = 0
        running: list[tuple[int, Path]] = []

        def strike(call: LoggedCall) -> None:
            nonlocal seen
            if call.service not in SERVICES:
                return
            seen += 1
            if seen == number:
                while not running:
                    time.sleep(0.001)
                os.kill(running[0][0], 9)
                wait_for(running[0][0])
                if when == "before":
                    raise AbandonRequest

        hook = self.oke.cloud.hooks.add(when, strike)
        running.append(self.server.start(self.command, self.words))
        wait_for(running[0][0])
        self.oke.cloud.hooks.remove(hook)
        return not running[0][1].exists()

    def check(self) -> None:
        """One cluster and one pool were made whatever happened, both named and tagged, or both are gone."""
        clusters = list(self.oke.cluster.clusters.all.values())
        pools = list(self.oke.cluster.node_pools.pools.values())
        assert (len(clusters), len(pools)) == (1, 1)
        for details in (clusters[0].details, pools[0].details):
            assert (details["name"], details["freeformTags"]) == ("prod", TAG)
        wanted = "ACTIVE" if self.command == "create" else "DELETED"
        assert (clusters[0].state, pools[0].state) == (wanted, wanted)
        if self.command == "create":
            assert [node.state for node in pools[0].nodes] == ["ACTIVE"] * 2
            assert json.loads((self.oke.folder / "nodepool.json").read_text())["id"] == pools[0].id
            assert not list(self.oke.folder.glob(".*")), "a half-written file was left"


def try_point(oke: Oke, server: Server, command: str, number: int, when: When) -> None:
    story = Story(oke, server, command)
    assert story.killed_at(number, when), f"the command ended before call {number}"
    again = story.whole()
    assert again["status"] == 0, again
    story.check()


def points_of(oke: Oke, server: Server, command: str) -> list[tuple[int, When]]:
    """Run a command whole; return where it can be killed."""
    story = Story(oke, server, command)
    done = story.whole()
    assert done["status"] == 0, done
    story.check()
    moments: tuple[When, ...] = ("before", "after")
    return [(number, when) for number in range(1, story.calls() + 1) for when in moments]


@pytest.mark.parametrize("command", ["create", "delete"])
def test_a_command_that_is_killed_is_finished_by_the_next(oke: Oke, server: Server, command: str) -> None:
    points = points_of(oke, server, command)
    assert len(points) > 15
    for number, when in random.Random(os.environ["KILL_SEED"]).sample(points, POINTS):  # noqa: S311
        try_point(oke, server, command, number, when)


def test_a_command_that_is_killed_when_its_cluster_is_not_listed_yet_makes_no_second(oke: Oke, server: Server) -> None:
    story = Story(oke, server, "create")
    story.whole()
    calls = [call for call in oke.cloud.log.calls() if call.service in SERVICES]
    create = next(number for number, call in enumerate(calls, 1) if call.method == "POST")
    try_point(oke, server, "create", create, "after")
    assert oke.made() == ["clusters", "clusters", "nodePools"]


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("command", ["create", "delete"])
def test_every_point(oke: Oke, server: Server, command: str) -> None:
    for number, when in points_of(oke, server, command):
        try_point(oke, server, command, number, when)
