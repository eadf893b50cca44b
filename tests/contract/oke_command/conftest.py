"""A tenancy without a cluster, and the commands of `oke` in this process, whose waits let the cluster's clock go on."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from emulator.oke.model.network import VCN
from emulator.services.identity.service import DEFAULT_COMPARTMENT
from ops.oke import create, delete, kubeconfig_file, node_pool
from ops.oke.pace import Pace
from ops.oke.wanted import add_arguments as add_create_arguments

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.cloud import Cloud
    from emulator.oke.emulated_cluster import EmulatedCluster

SUBNET = "ocid1.subnet.oc1.iad.aaaaaaaa"
ENGINE = "/20180222"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def error(self) -> dict[str, Any]:
        assert self.status == 1, self.out
        found: dict[str, Any] = self.json["error"]
        return found


@dataclass(frozen=True)
class Oke:
    """The commands against the local cloud; `folder` is that of the configuration files."""

    cloud: Cloud
    folder: Path
    config_file: Path
    capture: pytest.CaptureFixture[str]
    waits: list[float]

    @property
    def cluster(self) -> EmulatedCluster:
        return self.cloud.cluster

    @property
    def who(self) -> list[str]:
        return ["--config-file", str(self.config_file), "--endpoint-url", self.cloud.endpoint]

    def pace(self) -> Pace:
        def sleep(seconds: float) -> None:
            self.waits.append(seconds)
            self.cloud.cluster.advance(seconds)

        return Pace(sleep=sleep, now=self.cloud.cluster.clock, chance=lambda: 0.0)

    def wish(self, *more: str, name: str = "prod", workers: tuple[str, ...] = ("workers",)) -> list[str]:
        """The arguments of `cluster create`."""
        subnets = [word for each in workers for word in ("--worker-subnet", SUBNET + each)]
        return [
            *("--name", name, "--compartment", DEFAULT_COMPARTMENT, "--vcn", VCN),
            *("--endpoint-subnet", f"{SUBNET}endpoint", "--endpoint", "public"),
            *("--lb-subnet", f"{SUBNET}loadbalancer1", *subnets, "--config-dir", str(self.folder)),
            *self.who,
            *more,
        ]

    def create(self, *more: str, **fields: Any) -> Ended:
        return self.run(add_create_arguments, create.run, self.wish(*more, **fields))

    def delete(self, *more: str) -> Ended:
        return self.run(delete.add_arguments, delete.run, [*self.who, *more])

    def node_pool(self, *more: str) -> Ended:
        return self.run(node_pool.add_arguments, node_pool.run, [*self.who, *more])

    def kubeconfig(self, *more: str) -> Ended:
        return self.run(kubeconfig_file.add_arguments, kubeconfig_file.run, [*self.who, *more])

    def run(
        self,
        add_arguments: Callable[[argparse.ArgumentParser], None],
        run: Callable[[argparse.Namespace, Pace], int],
        words: list[str],
    ) -> Ended:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        self.capture.readouterr()
        status = run(parser.parse_args(words), self.pace())
        return Ended(status, *self.capture.readouterr())

    def made(self) -> list[str]:
        """The creates that arrived, as the last word of their path."""
        calls = self.cloud.log.calls("container_engine", "POST")
        return [call.path.removeprefix(f"{ENGINE}/") for call in calls if "kubeconfig" not in call.path]


@pytest.fixture
def oke(cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Oke:
    cloud.cluster.start_without_cluster()
    user = cloud.identity.create_user()
    return Oke(cloud, tmp_path / "config", user.config_file, capsys, [])
