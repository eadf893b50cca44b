"""What is called at each tick: the real function in its process, or the published rule of one node a tick."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Protocol

from emulator.kubernetes.object_fields import Object, is_true, node_name_of, spec_of, status_of
from emulator.oke.nodes.eviction_grace import eviction_grace
from emulator.oke.nodes.instance_metrics import CPU, MINUTE, RAM

if TYPE_CHECKING:
    from emulator.closed_loop.scenario import Scenario
    from emulator.closed_loop.scenario_cluster import ScenarioCluster
    from emulator.cloud import Cloud
    from emulator.functions_app import FunctionsApp
    from emulator.oke.emulated_cluster import EmulatedCluster
    from emulator.oke.model.node_pool_records import NodePoolRecord

FUNCTION = "oke-autoscaler"
_CALL_SECONDS = 130
_LOG_LINES = 5


class Autoscaler(Protocol):
    """Something that looks at the cluster and acts on it."""

    name: str

    def tick(self) -> Object:
        """Act once; return the answer."""
        ...


class FunctionUnderTest:
    """The function as Fn runs it: its own process, called over HTTP, warm after the first call.

    Its only clock is the API server's `Date` header, as in a real cluster.
    """

    name = "oke-autoscaler"

    def __init__(self, cloud: Cloud, functions: FunctionsApp, setup: ScenarioCluster) -> None:
        self._url = f"{cloud.gateway}/invoke/{FUNCTION}"
        self._host = functions.host
        self._host.configure(FUNCTION, config(cloud.cluster, setup))

    def tick(self) -> Object:
        """Call the function; when it fails, the answer is an error with the end of its log."""
        request = urllib.request.Request(self._url, data=b"", method="POST")  # noqa: S310  (our own loopback address)
        try:
            with urllib.request.urlopen(request, timeout=_CALL_SECONDS) as answer:  # noqa: S310
                body: Object = json.loads(answer.read())
                return body
        except urllib.error.HTTPError as error:
            lines = [line.text for line in self._host.logs][-_LOG_LINES:]
            return {"error": {"reason": "function-failed", "status": error.code, "log": lines}}
        except ValueError:
            return {"error": {"reason": "no-json"}}


def config(cluster: EmulatedCluster, setup: ScenarioCluster) -> dict[str, str]:
    """Return the function's configuration for the pools of a scenario."""
    scenario, pools = setup.scenario, setup.pools
    found = {"cluster_id": cluster.id, "node_pool_eval_window": "3"}
    if len(pools) == 1 and not any(entry.get("settings") for entry in scenario.pools):
        ((name, pool),) = pools.items()
        smallest, biggest = scenario.bounds(name)
        found |= {
            "node_pool_id": pool.id,
            "node_pool_min_size": str(smallest),
            "node_pool_max_size": str(biggest),
        }
    else:
        found["node_pools"] = json.dumps([_pool_settings(scenario, name, pool) for name, pool in pools.items()])
    return found | {name: _text(value) for name, value in scenario.function.items()}


def _text(value: object) -> str:
    """Return a value as the configuration of a function has it: a string, lists and mappings as JSON."""
    return json.dumps(value) if isinstance(value, list | dict | bool) else str(value)


def _pool_settings(scenario: Scenario, name: str, pool: NodePoolRecord) -> dict[str, Any]:
    entry = next(entry for entry in scenario.pools if entry["name"] == name)
    smallest, biggest = scenario.bounds(name)
    settings: dict[str, Any] = {"id": pool.id, "min_size": smallest, "max_size": biggest}
    return {**settings, **({"cost": entry["cost"]} if "cost" in entry else {}), **entry.get("settings", {})}


class OneNodeATick:
    """The rule of the autoscaler that this suite replaces, re-enacted from its description.

    It sees pods of the namespace `default` by their first condition; it adds one node when some are unschedulable and
    its pool is at rest: no node in transition, and nine minutes since the newest instance was made (six for its start,
    three to stabilise). It takes one node away when the average load is below a threshold: by size, with the first
    placement alone, so that OKE chooses the victim.
    """

    name = "one node a tick"
    rest_seconds = 9 * 60

    def __init__(self, setup: ScenarioCluster) -> None:
        self._setup = setup
        self._cluster = setup.cluster
        (self._pool,) = setup.pools.values()
        self._bounds = setup.scenario.bounds(self._pool.name)

    def tick(self) -> Object:
        """Act once."""
        pool = self._pool
        if any(node.state not in {"ACTIVE", "DELETED"} for node in pool.nodes):
            return self._answer("none", "node-pool-updating", status="updating")
        pending = self._pending()
        newest = max((node.created_at_seconds for node in pool.nodes if node.counts), default=0.0)
        is_at_rest = self._cluster.clock() > newest + self.rest_seconds
        if pending and not is_at_rest:
            return self._answer("none", "node-pool-status", pending, status="stabilizing")
        if pending and pool.size >= self._bounds[1]:
            return {"warning": self._answer("none", "node-max-limit-reached", pending)["success"]}
        if pending:
            self._resize(pool.size + 1)
            return self._answer("scale-up", "unschedulable-pods", pending)
        reason = self._idle_reason()
        if reason and pool.size > self._bounds[0]:
            self._resize(pool.size - 1)
            return self._answer("scale-down", reason)
        return self._answer("none", "no-resource-pressure")

    def _pending(self) -> int:
        return sum(1 for pod in self._cluster.objects("Pod") if self._is_seen(pod))

    def _is_seen(self, pod: Object) -> bool:
        conditions = status_of(pod).get("conditions") or [{}]
        return (
            pod["metadata"]["namespace"] == "default"
            and (spec_of(pod).get("nodeSelector") or {}).get("name") == self._pool.name
            and conditions[0].get("reason") == "Unschedulable"
            and not node_name_of(pod)
        )

    def _idle_reason(self) -> str:
        now = int(self._cluster.clock())
        found = []
        for metric, name in ((CPU, "cpu"), (RAM, "ram")):
            limit = float(self._setup.scenario.function.get(f"node_pool_eval_{name}_load", 0))
            if limit and self._average(metric, range(now - 3 * MINUTE, now, MINUTE)) < limit:
                found.append(name)
        return "+".join(found)

    def _average(self, metric: str, times: range) -> float:
        nodes = [node for node in self._cluster.nodes(self._pool) if is_true(node, "Ready")]
        instances = [str(spec_of(node)["providerID"]) for node in nodes]
        values = [value for one in instances for _, value in self._cluster.metrics.points(one, metric, times)]
        return sum(values) / max(1, len(values))

    def _resize(self, size: int) -> None:
        config = {"size": size, "placementConfigs": self._pool.placements[:1]}
        pools, (grace, force) = self._cluster.node_pools, eviction_grace(self._pool.details)
        pools.update(self._pool, {"nodeConfigDetails": config}, grace_seconds=grace, force=force)

    def _answer(self, action: str, reason: str, pending: int = 0, status: str = "ready") -> Object:
        fields = {
            "action": action,
            "reason": reason,
            "node-pool-name": self._pool.name,
            "node-pool-status": status,
            "node-count": str(self._pool.size),
        }
        return {"success": fields | ({"unschedulable-pods-count": str(pending)} if pending else {})}
