"""`oke node-pool get`: by OCID or name, waiting or not, and as Terraform's external data source."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from emulator.oke.model.network import DOMAINS
from ops.oke import create
from ops.oke.wanted import add_arguments

if TYPE_CHECKING:
    from emulator.oke.model.node_pool_records import NodePoolRecord
    from tests.contract.oke_command.conftest import Ended, Oke


def growing(oke: Oke, *more: str) -> NodePoolRecord:
    """A pool of three nodes that have just begun."""
    oke.run(add_arguments, create.run, oke.wish("--size", "3", "--timeout", "450", *more))
    (pool,) = oke.cluster.node_pools.pools.values()
    return pool


def external(oke: Oke, query: dict[str, object] | str, monkeypatch: pytest.MonkeyPatch, *more: str) -> Ended:
    text = query if isinstance(query, str) else json.dumps(query)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    return oke.node_pool("--terraform-external", *more)


def test_a_pool_is_found_by_its_ocid_its_name_or_as_the_only_one(oke: Oke) -> None:
    made = oke.create().json
    for words in (
        ("--node-pool", made["id"]),
        ("--cluster", made["clusterId"], "--node-pool", "prod"),
        ("--cluster", made["clusterId"]),
    ):
        assert oke.node_pool(*words).json == made


def test_a_pool_that_is_not_there_or_not_the_only_one_is_told_with_those_that_are(oke: Oke) -> None:
    made = oke.create().json
    error = oke.node_pool("--cluster", made["clusterId"], "--node-pool", "dev").error
    assert (error["field"], f"prod ({made['id']})" in error["message"]) == ("--node-pool", True)
    assert oke.create("--node-pool", "second").status == 0
    assert "2 node pools" in oke.node_pool("--cluster", made["clusterId"]).error["message"]
    assert oke.node_pool("--node-pool", "prod").error["field"] == "--cluster"
    assert oke.node_pool("--node-pool", made["clusterId"]).error["field"] == "--node-pool"
    other = "ocid1.cluster.oc1.iad.other"
    assert "belongs to" in oke.node_pool("--cluster", other, "--node-pool", made["id"]).error["message"]


@pytest.mark.parametrize(("mode", "least", "most"), [("false", 0, 0), ("any", 1, 3), ("all", 3, 3)])
def test_nodes_are_waited_for_as_asked(oke: Oke, mode: str, least: int, most: int) -> None:
    pool = growing(oke)
    done = oke.node_pool("--node-pool", pool.id, "--wait-nodes-active", mode)
    active = sum(node["lifecycleState"] == "ACTIVE" for node in done.json["nodes"])
    assert least <= active <= most


def test_a_node_that_will_not_come_up_ends_the_wait(oke: Oke) -> None:
    oke.cluster.behaviour.capacity = {DOMAINS[0]: 0}
    pool = growing(oke)
    error = oke.node_pool("--node-pool", pool.id, "--wait-nodes-active", "all").error
    assert error["errors"] == ["InternalError: Out of host capacity."]


def test_terraform_gets_a_flat_map_of_texts(oke: Oke, monkeypatch: pytest.MonkeyPatch) -> None:
    made = oke.create("--size", "3").json
    done = external(oke, {"cluster": made["clusterId"], "node_pool": "prod", "wait_nodes_active": "all"}, monkeypatch)
    assert (done.status, done.err) == (0, "")
    values = done.json
    assert all(isinstance(value, str) for value in values.values())
    addresses = [node["privateIp"] for node in made["nodes"]]
    assert [values[f"workerNodePrivateIp{number}"] for number in (1, 2, 3)] == addresses
    assert (values["workerNodeIp"], values["activeNodeCount"], values["size"]) == (addresses[0], "3", "3")
    assert done.out.count("\n") == 1


def test_the_pool_of_a_folder_of_configuration_is_found(oke: Oke, monkeypatch: pytest.MonkeyPatch) -> None:
    made = oke.create().json
    assert oke.node_pool("--config-dir", str(oke.folder)).json == made
    assert external(oke, {"config_dir": str(oke.folder)}, monkeypatch).json["nodePoolId"] == made["id"]
    error = oke.node_pool("--config-dir", str(oke.folder / "no")).error
    assert (error["field"], "names no node pool" in error["message"]) == ("--config-dir", True)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"node_pol": "prod"}, "node_pol: node_pol is no key of the query, did you mean node_pool?"),
        ({"size": 3}, "the query must be one object whose values are texts"),
        ("[]", "the query must be one object"),
        ("{", "stdin holds no JSON"),
        ({"node_pool": "prod"}, "needs its cluster"),
        ({"node_pool": "ocid1.nodepool.oc1.iad.a", "wait_nodes_active": "some"}, "must be one of all, any, false"),
        ({"node_pool": "ocid1.nodepool.oc1.iad.a", "timeout": "soon"}, "must be seconds"),
        ({"node_pool": "ocid1.nodepool.oc1.iad.nowhere"}, "is not there"),
    ],
)
def test_an_error_is_text_on_stderr_and_nothing_on_stdout(
    oke: Oke, monkeypatch: pytest.MonkeyPatch, query: dict[str, object] | str, told: str
) -> None:
    done = external(oke, query, monkeypatch)
    assert (done.status, done.out, told in done.err) == (1, "", True), done.err


def test_terraform_is_told_the_reason_of_nodes_that_failed(oke: Oke, monkeypatch: pytest.MonkeyPatch) -> None:
    oke.cluster.behaviour.capacity = {DOMAINS[0]: 0}
    pool = growing(oke)
    done = external(oke, {"node_pool": pool.id, "wait_nodes_active": "all"}, monkeypatch)
    assert (done.status, done.out) == (1, "")
    assert "Out of host capacity." in done.err
    assert f"left behind: node pool {pool.id}" in done.err
