"""Node pools as Terraform takes them, and the values that they are read into."""

from __future__ import annotations

from typing import Any

from ops.oke.flat_map import flat_map
from ops.oke.values import PoolView, WorkRequestView


def pool(*nodes: dict[str, Any], **fields: Any) -> PoolView:
    given = {"id": "p", "name": "prod", "lifecycleState": "ACTIVE", "clusterId": "c", "nodes": list(nodes), **fields}
    return PoolView.of(given)


def node(state: str, private: str | None, public: str | None = None, **more: Any) -> dict[str, Any]:
    return {"lifecycleState": state, "privateIp": private, "publicIp": public, **more}


def test_a_public_address_of_an_active_node_comes_first() -> None:
    values = flat_map(
        pool(
            node("CREATING", "10.0.0.1", "1.1.1.1"),
            node("ACTIVE", "10.0.0.2"),
            node("ACTIVE", "10.0.0.3", "3.3.3.3"),
            node("DELETED", "10.0.0.4", "4.4.4.4"),
            node("FAILING", None, nodeError={"code": "LimitExceeded", "message": "no more"}),
            nodeConfigDetails={"size": 4},
        )
    )
    assert values["workerNodeIp"] == values["workerNodePublicIp1"] == "3.3.3.3"
    assert values["workerNodePublicIp2"] == "1.1.1.1"
    assert [values[f"workerNodePrivateIp{number}"] for number in (1, 2, 3)] == ["10.0.0.2", "10.0.0.3", "10.0.0.1"]
    counts = {key: values[key] for key in ("size", "nodeCount", "activeNodeCount", "failedNodeCount", "privateIpCount")}
    assert counts == {
        "size": "4",
        "nodeCount": "4",
        "activeNodeCount": "2",
        "failedNodeCount": "1",
        "privateIpCount": "3",
    }


def test_a_pool_without_nodes_has_no_address() -> None:
    assert (flat_map(pool())["workerNodeIp"], flat_map(pool(nodes=None))["nodeCount"]) == ("", "0")


def test_sizes_of_the_old_form_are_nodes_a_subnet() -> None:
    assert pool(quantityPerSubnet=2, subnetIds=["a", "b", "c"]).size == 6
    assert pool(node("ACTIVE", "10.0.0.1")).size == 1


def test_the_resources_of_a_work_request_are_found_by_kind_in_any_case() -> None:
    resources = [{"entityType": "CLUSTER", "identifier": "c"}, {"entityType": "nodepool", "identifier": "p"}]
    found = WorkRequestView.of({"id": "w", "status": "CANCELED", "operationType": "X", "resources": resources})
    assert (found.resource("cluster"), found.resource("nodepool"), found.resource("vcn")) == ("c", "p", "")
    assert found.has_failed
