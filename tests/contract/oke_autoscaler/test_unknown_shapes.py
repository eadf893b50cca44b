"""A shape that no table has: Compute tells its size where it may be asked, and else the answer says what helps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.autoscaler import config, tick

if TYPE_CHECKING:
    from emulator.base.faults import FaultOptions
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

SHAPES = "^/20160918/shapes$"
NEW = {"shape": "BM.New.8", "ocpus": 8.0, "memoryInGBs": 128.0, "gpus": 0, "isFlexible": False, "more": [1]}
FAULTS: list[FaultOptions] = [
    {"status": 404, "code": "NotAuthorizedOrNotFound"},
    {"status": 500},
    {"drop": "before"},
    {"body": b"{}"},
    {"body": b"[]"},
]


def unknown(cloud: Cloud) -> NodePoolRecord:
    pool = cloud.cluster.add_pool("p", size=0, shape="BM.New.8", ocpus=None, memory_gib=None)
    cloud.cluster.add_replicas("web", 1, pool=pool, cpu="14", memory="100Gi")
    return pool


def asked(cloud: Cloud) -> int:
    return len([call for call in cloud.log.calls() if call.path.endswith("/20160918/shapes")])


def test_compute_is_asked_for_the_size_of_an_unknown_shape(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = unknown(cloud)
    cloud.faults.add(path=SHAPES, body=json.dumps([NEW]).encode(), times=None)
    answer = tick(principal_env, config(cloud, pool))
    assert answer.get("success", {}).get("action") == "scale-up", answer
    assert (pool.size, asked(cloud)) == (1, 1)


def test_compute_is_not_asked_for_a_shape_that_is_known_or_stated(cloud: Cloud, principal_env: dict[str, str]) -> None:
    known = cloud.cluster.add_pool("k", size=1)
    pool = unknown(cloud)
    offers = {"cpu": "15", "memory": "110Gi"}
    stated = [{"id": pool.id, "max_size": 3, "resources": offers}, {"id": known.id, "max_size": 3}]
    keys = {name: text for name, text in config(cloud).items() if not name.startswith("node_pool_m")}
    del keys["node_pool_id"]
    answer = tick(principal_env, {**keys, "node_pools": json.dumps(stated)})
    assert (pool.size, asked(cloud)) == (1, 0), answer


@pytest.mark.parametrize("fault", FAULTS)
def test_without_an_answer_the_tick_goes_on_and_says_what_helps(
    cloud: Cloud, principal_env: dict[str, str], fault: FaultOptions
) -> None:
    pool = unknown(cloud)
    other = cloud.cluster.add_pool("q", size=1)
    cloud.cluster.add_replicas("more", 6, pool=other, cpu="900m")
    cloud.faults.add(path=SHAPES, times=None, **fault)
    answers = tick(principal_env, config(cloud, pool, other))["node-pools"]
    assert (pool.size, other.size) == (0, 2)
    assert "unknown-node-size" in str(answers)
    assert "BM.New.8" in str(answers)
    assert "resources in node_pools" in str(answers)
