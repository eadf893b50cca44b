"""Whether pod affinity, anti-affinity and topology spread allow a pod on a node.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
and https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from emulator.kubernetes.label_selectors import selector_matches
from emulator.kubernetes.object_fields import Object, is_leaving, labels_of, spec_of
from emulator.oke.scheduling.fit import fits_by_rules, tolerates_node
from emulator.oke.scheduling.verdict import (
    EXISTING_ANTI_AFFINITY,
    POD_AFFINITY,
    POD_ANTI_AFFINITY,
    SPREAD,
    SPREAD_LABEL,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emulator.oke.scheduling.node_info import NodeInfo

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def terms_of(pod: Object, which: str) -> list[Object]:
    """Return the required terms of `podAffinity` or `podAntiAffinity`."""
    terms: list[Object] = ((spec_of(pod).get("affinity") or {}).get(which) or {}).get(_REQUIRED) or []
    return terms


def pod_rules_obstacle(pod: Object, node_info: NodeInfo, node_infos: Sequence[NodeInfo]) -> str:
    """Return which of spread, affinity and anti-affinity both ways forbids a pod on a node, empty when none does."""
    for constraint in _hard_constraints(pod):
        if constraint["topologyKey"] not in labels_of(node_info.node):
            return SPREAD_LABEL
        if not _spreads(pod, constraint, node_info, node_infos):
            return SPREAD
    if not all(_affinity_holds(pod, term, node_info, node_infos) for term in terms_of(pod, "podAffinity")):
        return POD_AFFINITY
    if any(_term_matches_near(pod, term, node_info, node_infos) for term in terms_of(pod, "podAntiAffinity")):
        return POD_ANTI_AFFINITY
    return EXISTING_ANTI_AFFINITY if _is_repelled(pod, node_info, node_infos) else ""


def _hard_constraints(pod: Object) -> list[Object]:
    constraints: list[Object] = spec_of(pod).get("topologySpreadConstraints") or []
    return [one for one in constraints if one.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"]


def _term_selects(holder: Object, term: Object, other: Object) -> bool:
    """Tell whether the term of a pod is about another pod."""
    inside = other["metadata"]["namespace"]
    wanted = list(term.get("namespaces") or [])
    selector = term.get("namespaceSelector")
    if selector is None and not wanted:
        wanted = [holder["metadata"]["namespace"]]
    if inside not in wanted and selector != {}:
        return False
    return selector_matches(term.get("labelSelector"), labels_of(other))


def _same_domain(term: Object, node_info: NodeInfo, node_infos: Iterable[NodeInfo]) -> Iterable[NodeInfo]:
    key = term["topologyKey"]
    value = labels_of(node_info.node).get(key)
    return (one for one in node_infos if value is not None and labels_of(one.node).get(key) == value)


def _term_matches_near(holder: Object, term: Object, node_info: NodeInfo, node_infos: Iterable[NodeInfo]) -> bool:
    near = _same_domain(term, node_info, node_infos)
    return any(_term_selects(holder, term, other) for one in near for other in one.pods)


def _affinity_holds(pod: Object, term: Object, node_info: NodeInfo, node_infos: Sequence[NodeInfo]) -> bool:
    """Tell whether a term of podAffinity holds on a node."""
    if term["topologyKey"] not in labels_of(node_info.node):
        return False
    if _term_matches_near(pod, term, node_info, node_infos):
        return True
    # The first pod of a group that asks for its own labels would wait for itself for ever; kube-scheduler lets it go
    # anywhere when no pod of the cluster matches the term and the pod itself does.
    is_first = not any(_term_selects(pod, term, other) for one in node_infos for other in one.pods)
    return is_first and _term_selects(pod, term, pod)


def _is_repelled(pod: Object, node_info: NodeInfo, node_infos: Sequence[NodeInfo]) -> bool:
    """Tell whether the anti-affinity of a pod that is there repels this one: the rule holds both ways."""
    return any(
        node_info in _same_domain(term, one, node_infos) and _term_selects(other, term, pod)
        for one in node_infos
        for other in one.anti_affinity_pods
        for term in terms_of(other, "podAntiAffinity")
    )


def _spreads(pod: Object, constraint: Object, node_info: NodeInfo, node_infos: Iterable[NodeInfo]) -> bool:
    key, selector = constraint["topologyKey"], constraint.get("labelSelector")
    here = labels_of(node_info.node)[key]
    honours_taints = constraint.get("nodeTaintsPolicy") == "Honor"
    ignores_affinity = constraint.get("nodeAffinityPolicy") == "Ignore"
    counts: Counter[str] = Counter()
    for one in node_infos:
        domain = labels_of(one.node).get(key)
        if domain is None or not (ignores_affinity or fits_by_rules(spec_of(pod), one.node)):
            continue
        if honours_taints and not tolerates_node(spec_of(pod), one.node):
            continue
        counts[domain] += sum(1 for other in one.pods if _counts(pod, selector, other))
    # maxSkew compares with the emptiest domain. With fewer domains than minDomains, an empty one is assumed.
    fewest = min(counts.values(), default=0)
    if len(counts) < constraint.get("minDomains", 1):
        fewest = 0
    itself = 1 if selector_matches(selector, labels_of(pod)) else 0
    return counts[here] + itself - fewest <= int(constraint["maxSkew"])


def _counts(pod: Object, selector: Object | None, other: Object) -> bool:
    # kube-scheduler leaves out pods that are being deleted, so that their replacements do not add to the skew.
    same = other["metadata"]["namespace"] == pod["metadata"]["namespace"]
    return same and not is_leaving(other) and selector_matches(selector, labels_of(other))
