"""Pools found by a tag: listed anew at every tick, with the bounds of their own tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.autoscaler import changes, config, tick

if TYPE_CHECKING:
    from emulator.cloud import Cloud

TAG = "managed=true"


def tagged(**more: str) -> dict[str, Any]:
    return {"freeformTags": {"managed": "true", **more}}


def keys(cloud: Cloud, **more: object) -> dict[str, str]:
    made = config(cloud, node_pool_tag=TAG, **more)
    return {name: value for name, value in made.items() if value}


def test_every_pool_with_the_tag_is_managed_and_no_other(cloud: Cloud, principal_env: dict[str, str]) -> None:
    first = cloud.cluster.add_pool("first", size=1, more=tagged(minSize="3", maxSize="4"))
    cloud.cluster.add_pool("theirs", size=1)
    cloud.cluster.add_pool("second", size=1, more=tagged())
    answer = tick(principal_env, keys(cloud))
    bodies = {body["node-pool-name"]: body for part in answer["node-pools"] for body in part.values()}
    assert {name: body["node-count"] for name, body in bodies.items()} == {"first": "3", "second": "1"}
    assert bodies["first"]["reason"] == "below-min-size"
    assert changes(cloud) == [f"PUT /20180222/nodePools/{first.id}"]


def test_a_pool_that_gets_the_tag_is_managed_from_the_next_tick_on(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.cluster.add_pool("first", size=1, more=tagged())
    other = cloud.cluster.add_pool("other", size=1)
    assert tick(principal_env, keys(cloud))["success"]["node-pool-name"] == "first"
    other.details["freeformTags"] = {"managed": "true", "minSize": "2"}
    assert len(tick(principal_env, keys(cloud))["node-pools"]) == 2
    assert other.size == 2


def test_the_list_is_read_to_its_end_in_the_compartment_of_the_cluster_or_the_one_given(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    for number in range(102):
        cloud.cluster.add_pool(f"p{number:03}", size=0, more=tagged() if number > 99 else {})
    assert len(tick(principal_env, keys(cloud))["node-pools"]) == 2
    (cluster_read,) = (c for c in cloud.log.calls() if c.path.endswith(f"/clusters/{cloud.cluster.id}"))
    assert cluster_read.method == "GET"
    cloud.log.clear()
    assert len(tick(principal_env, keys(cloud, node_pool_compartment_id=cloud.cluster.compartment))["node-pools"]) == 2
    assert [c for c in cloud.log.calls() if c.path.endswith(f"/clusters/{cloud.cluster.id}")] == []


def test_without_a_pool_or_with_bounds_that_cannot_be_told_the_tick_says_so(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("theirs", size=1)
    error = tick(principal_env, keys(cloud))["error"]
    assert (error["reason"], error["faults"]) == (
        "missing-input-data",
        {"node_pool_tag": "no node pool of the cluster has it, of 1"},
    )
    pool.details["freeformTags"] = {"managed": "true", "maxSize": "many"}
    text = tick(principal_env, keys(cloud))["error"]["faults"]["node_pool_tag"]
    assert text.startswith("node pool theirs has a tag maxSize of 'many'")
    assert changes(cloud) == []


def test_a_pool_with_bounds_that_cannot_be_told_is_named_and_left_out(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    good = cloud.cluster.add_pool("good", size=1, more=tagged(minSize="2"))
    cloud.cluster.add_pool("bad", size=1, more=tagged(minSize="3", maxSize="2"))
    answer = tick(principal_env, keys(cloud))
    assert answer["success"]["node-count"] == "2"
    assert answer["success"]["unreadable"] == (
        "NodePool bad, freeformTags, {'minSize': '3', 'maxSize': '2'}: has maxSize 2, below its minimum of 3"
    )
    assert changes(cloud) == [f"PUT /20180222/nodePools/{good.id}"]
    cloud.cluster.advance(600)
    assert tick(principal_env, keys(cloud))["warning"]["unreadable-count"] == "1"
    rows = tick(principal_env, keys(cloud), body=b'{"preflight": true}')["preflight"]["checks"]
    assert "has maxSize 2" in str(next(row for row in rows if row["name"] == "node pools by tag"))


def test_a_list_that_cannot_be_read_ends_the_tick(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.cluster.add_pool("first", size=1, more=tagged())
    cloud.faults.add(path="/20180222/nodePools", status=404, code="NotAuthorizedOrNotFound", message="no", times=9)
    error = tick(principal_env, keys(cloud))["error"]
    assert (error["reason"], error["status"]) == ("oci-service-error", "404")
    assert changes(cloud) == []


def test_the_preflight_tries_the_list_and_each_pool(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.cluster.add_pool("first", size=1, more=tagged())
    answer = tick(principal_env, keys(cloud), body=b'{"preflight": true}')
    rows = {row["name"]: row for row in answer["preflight"]["checks"]}
    assert rows["node pools by tag"]["found"] == "1 node pools with the tag"
    assert sum(name.startswith("node pool ") for name in rows) == 1
