"""A slow scheduler that reads the rules of Kubernetes straight from the JSON of pods and nodes, one pod at a time.

Written apart from the packer, to be compared with it. Sources: the pages under
https://kubernetes.io/docs/concepts/scheduling-eviction/ and the scheduler's plugins.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
HARD = {"NoSchedule", "NoExecute"}
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def nodes_for(pod: Json, nodes: list[Json], running: list[Json], namespaces: dict[str, Json]) -> set[str]:
    """Names of the nodes on which the pod may be placed now."""
    cluster = Cluster(nodes, running, namespaces)
    return {node["metadata"]["name"] for node in nodes if cluster.takes(pod, node)}


class Cluster:
    """Nodes and what runs on them."""

    def __init__(self, nodes: list[Json], running: list[Json], namespaces: dict[str, Json]) -> None:
        self.nodes = nodes
        self.running = [pod for pod in running if pod["status"]["phase"] not in ("Succeeded", "Failed")]
        self.namespaces = namespaces

    def on(self, node: Json) -> list[Json]:
        return [pod for pod in self.running if pod["spec"]["nodeName"] == node["metadata"]["name"]]

    def takes(self, pod: Json, node: Json) -> bool:
        rules = (self._tolerated, self._selected, self._room, self._ports, self._spread, self._apart, self._together)
        return all(rule(pod, node) for rule in rules)

    def _tolerated(self, pod: Json, node: Json) -> bool:
        taints = list(node["spec"].get("taints") or [])
        if node["spec"].get("unschedulable"):
            taints.append({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"})
        return all(
            taint["effect"] not in HARD or any(tolerates(row, taint) for row in pod["spec"].get("tolerations") or [])
            for taint in taints
        )

    def _selected(self, pod: Json, node: Json) -> bool:
        labels = node["metadata"]["labels"]
        if any(labels.get(key) != value for key, value in (pod["spec"].get("nodeSelector") or {}).items()):
            return False
        affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity", {}).get(REQUIRED)
        if affinity is None:
            return True
        return any(
            term.get("matchExpressions") and all(holds(row, labels) for row in term["matchExpressions"])
            for term in affinity["nodeSelectorTerms"]
        )

    def _room(self, pod: Json, node: Json) -> bool:
        size, here = node["status"]["allocatable"], self.on(node)
        if len(here) + 1 > size["pods"]:
            return False
        wanted = requests(pod)
        return all(
            not need or need + sum(requests(other).get(name, 0) for other in here) <= size.get(name, 0)
            for name, need in wanted.items()
        )

    def _ports(self, pod: Json, node: Json) -> bool:
        taken = [port for other in self.on(node) for port in ports(other)]
        for address, protocol, number in ports(pod):
            for other_address, other_protocol, other_number in taken:
                anywhere = "0.0.0.0" in (address, other_address)  # noqa: S104  (what the API calls any address)
                if (protocol, number) == (other_protocol, other_number) and (anywhere or address == other_address):
                    return False
        return True

    def _spread(self, pod: Json, node: Json) -> bool:
        rows = [
            row
            for row in pod["spec"].get("topologySpreadConstraints") or []
            if row["whenUnsatisfiable"] == "DoNotSchedule"
        ]
        keys = [row["topologyKey"] for row in rows]
        return all(self._spread_by(row, keys, pod, node) for row in rows)

    def _spread_by(self, row: Json, keys: list[str], pod: Json, node: Json) -> bool:
        key, selector = row["topologyKey"], with_keys(row["labelSelector"], row, pod)
        if key not in node["metadata"]["labels"]:
            return False
        counts: dict[str, int] = {}
        for other in self.nodes:
            labels = other["metadata"]["labels"]
            if any(each not in labels for each in keys):
                continue
            if row.get("nodeAffinityPolicy", "Honor") == "Honor" and not self._selected(pod, other):
                continue
            if row.get("nodeTaintsPolicy", "Ignore") == "Honor" and not self._tolerated(pod, other):
                continue
            matching = [p for p in self.on(other) if counted(p, pod) and selects(selector, p["metadata"]["labels"])]
            counts[labels[key]] = counts.get(labels[key], 0) + len(matching)
        lowest = min(counts.values(), default=0) if len(counts) >= row.get("minDomains", 1) else 0
        own = int(selects(selector, pod["metadata"]["labels"]))
        return counts.get(node["metadata"]["labels"][key], 0) + own - lowest <= row["maxSkew"]

    def _apart(self, pod: Json, node: Json) -> bool:
        for other in self.running:
            place = next(n for n in self.nodes if n["metadata"]["name"] == other["spec"]["nodeName"])
            for one, two in ((pod, other), (other, pod)):
                for term in terms(one, "podAntiAffinity"):
                    if self._means(term, one, two) and same(term["topologyKey"], node, place):
                        return False
        return True

    def _together(self, pod: Json, node: Json) -> bool:
        wanted = terms(pod, "podAffinity")
        if any(term["topologyKey"] not in node["metadata"]["labels"] for term in wanted):
            return False
        matching = [other for other in self.running if all(self._means(term, pod, other) for term in wanted)]
        places = [next(n for n in self.nodes if n["metadata"]["name"] == p["spec"]["nodeName"]) for p in matching]
        if all(any(same(term["topologyKey"], node, place) for place in places) for term in wanted):
            return True
        known = any(term["topologyKey"] in place["metadata"]["labels"] for term in wanted for place in places)
        return not known and all(self._means(term, pod, pod) for term in wanted)

    def _means(self, term: Json, owner: Json, other: Json) -> bool:
        names, chosen = set(term.get("namespaces") or []), term.get("namespaceSelector")
        if chosen is not None:
            names |= {name for name, labels in self.namespaces.items() if selects(chosen, labels)}
        elif not names:
            names = {owner["metadata"]["namespace"]}
        selector = with_keys(term["labelSelector"], term, owner)
        return other["metadata"]["namespace"] in names and selects(selector, other["metadata"]["labels"])


def terms(pod: Json, kind: str) -> list[Json]:
    return (pod["spec"].get("affinity") or {}).get(kind, {}).get(REQUIRED) or []


def counted(other: Json, pod: Json) -> bool:
    meta = other["metadata"]
    return meta["namespace"] == pod["metadata"]["namespace"] and "deletionTimestamp" not in meta


def same(key: str, one: Json, two: Json) -> bool:
    value = one["metadata"]["labels"].get(key)
    return value is not None and value == two["metadata"]["labels"].get(key)


def with_keys(selector: Json, row: Json, pod: Json) -> Json:
    labels, rows = pod["metadata"]["labels"], list(selector.get("matchExpressions") or [])
    for name, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")):
        rows += [{"key": k, "operator": operator, "values": [labels[k]]} for k in row.get(name, ()) if k in labels]
    return {**selector, "matchExpressions": rows}


def selects(selector: Json, labels: Json) -> bool:
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(holds(row, labels) for row in selector.get("matchExpressions") or [])


def holds(row: Json, labels: Json) -> bool:
    value, values = labels.get(row["key"]), row.get("values") or []
    return {
        "In": lambda: value in values,
        "NotIn": lambda: value not in values,
        "Exists": lambda: value is not None,
        "DoesNotExist": lambda: value is None,
        "Gt": lambda: value is not None and value.isdigit() and int(value) > int(values[0]),
        "Lt": lambda: value is not None and value.isdigit() and int(value) < int(values[0]),
    }[row["operator"]]()


def tolerates(row: Json, taint: Json) -> bool:
    if row.get("effect") not in (None, "", taint["effect"]) or row.get("key") not in (None, "", taint["key"]):
        return False
    return row.get("operator") == "Exists" or row.get("value", "") == taint.get("value", "")


def requests(pod: Json) -> dict[str, int]:
    """Peak over the life of the pod, with sidecars from their start on, and its overhead; plain numbers only."""
    spec = pod["spec"]
    names = {n for c in (*spec["containers"], *spec.get("initContainers", ())) for n in c["resources"]["requests"]}
    found = {}
    for name in names | set(spec.get("overhead", ())):
        beside, peak = 0, 0
        for container in spec.get("initContainers", ()):
            need = container["resources"]["requests"].get(name, 0)
            peak = max(peak, beside + need)
            beside += need if container.get("restartPolicy") == "Always" else 0
        total = beside + sum(c["resources"]["requests"].get(name, 0) for c in spec["containers"])
        found[name] = max(total, peak) + spec.get("overhead", {}).get(name, 0)
    return found


def ports(pod: Json) -> list[tuple[str, str, int]]:
    sidecars = [c for c in pod["spec"].get("initContainers", ()) if c.get("restartPolicy") == "Always"]
    found = [port for container in (*pod["spec"]["containers"], *sidecars) for port in container.get("ports", ())]
    return [(p.get("hostIP") or "0.0.0.0", p.get("protocol", "TCP"), p["hostPort"]) for p in found]  # noqa: S104
