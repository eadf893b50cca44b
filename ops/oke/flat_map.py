"""A node pool as Terraform's external data source takes it: one flat object whose values are all texts. Pure.

Source of the protocol: https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shared.errors import BadRequest
from shared.nearest import did_you_mean

if TYPE_CHECKING:
    from ops.oke.values import NodeView, PoolView

QUERY_KEYS = ("cluster", "node_pool", "config_dir", "wait_nodes_active", "timeout")
"""What a query may hold: options of the command, which it replaces."""


def flat_map(pool: PoolView) -> dict[str, str]:
    """Return counts and addresses of a pool; ``workerNodeIp``, the published key, is a public one if any."""
    nodes = sorted(pool.nodes, key=lambda node: node.state != "ACTIVE")  # stable: active ones first
    values = {
        "workerNodeIp": next(filter(None, (*_public(nodes), *_private(nodes))), ""),
        "nodePoolId": pool.id,
        "nodePoolName": pool.name,
        "clusterId": pool.cluster,
        "kubernetesVersion": pool.version,
        "lifecycleState": pool.state,
        "size": str(pool.size),
        "nodeCount": str(len(pool.nodes)),
        "activeNodeCount": str(pool.active),
        "failedNodeCount": str(len(pool.failed)),
    }
    for kind, addresses in (("Public", _public(nodes)), ("Private", _private(nodes))):
        found = [each for each in addresses if each]
        values[f"{kind.lower()}IpCount"] = str(len(found))
        values.update({f"workerNode{kind}Ip{number}": each for number, each in enumerate(found, 1)})
    return values


def read_query(text: str) -> dict[str, str]:
    """Return the query that Terraform writes to stdin. Raises BadRequest."""
    try:
        query = json.loads(text or "{}")
    except ValueError:
        raise BadRequest("stdin holds no JSON", field="query", fix="Terraform writes the query there") from None
    if not isinstance(query, dict) or not all(isinstance(value, str) for value in query.values()):
        raise BadRequest("the query must be one object whose values are texts", field="query")
    for key in query:
        if key not in QUERY_KEYS:
            near = did_you_mean(key, QUERY_KEYS)
            raise BadRequest(f"{key} is no key of the query{near}", field=key, fix=f"one of {', '.join(QUERY_KEYS)}")
    return query


def _public(nodes: list[NodeView]) -> list[str]:
    return [node.public_ip for node in nodes]


def _private(nodes: list[NodeView]) -> list[str]:
    return [node.private_ip for node in nodes]
