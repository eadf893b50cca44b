"""Pods that wait, by their controller: for how long, where they go, or what stands against them pool by pool; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.explain.nodes import age_text
from functions.oke_autoscaler.model.pods import controller_of
from functions.oke_autoscaler.model.quantity import unix_seconds
from functions.oke_autoscaler.model.reasons import (
    DAEMONSET_POD,
    EXPENDABLE,
    FITS_ON_UPCOMING_NODE,
    MAX_SIZE_REACHED,
    NODE_AFFINITY,
    NODES_DO_NOT_JOIN,
    OTHER_SCHEDULER,
    OUT_OF_CAPACITY,
    POOL_STABILIZING,
    POOL_UPDATING,
    RULES_BETWEEN_PODS,
    SCHEDULING_GATED,
    TERMINATING,
    WAITS_FOR_PREEMPTION,
    WAITS_FOR_SCHEDULER,
    insufficient,
    untolerated,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.cluster_page.looked import Looked
    from functions.oke_autoscaler.model.decision import PodVerdict, PoolObstacle, PoolVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Pod

NAMES = 3
AMOUNTS = re.compile(r"\(asked (.+), a node of .+ offers (.+)\)$", re.DOTALL)
ASKS = re.compile(r"\(asks for (.+), (?:a node|nodes) of .+ (?:has|have) (.+)\)$", re.DOTALL)
TOTAL = re.compile(r"max_nodes_total (\d+)\)$")
LIMIT = re.compile(r"max_size (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Against:
    """What stands against pods in one pool, what would help, and the view that shows whether it would."""

    pool: str
    words: str
    help: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class PodLine:
    """Pods of one controller that go, or stay, for one reason."""

    owner: str
    names: str
    count: int
    waits: str
    place: str
    because: str
    against: tuple[Against, ...] = ()


@dataclass(slots=True)
class _Group:
    owner: str
    verdict: PodVerdict
    names: list[str]
    since: float | None = None


def pod_lines(looked: Looked) -> list[PodLine]:
    """Return the pods that wait, those without a place first, then by how many they are."""
    pods = {pod.key: pod for pod in looked.snapshot.pods} if looked.decision.pods else {}
    owners = _deployments(looked)
    groups: dict[tuple[str, str | None, str], _Group] = {}
    for verdict in looked.decision.pods:
        pod = pods.get(verdict.pod)
        owner = _owner(pod, owners) if pod is not None else verdict.pod
        group = groups.setdefault((owner, verdict.placed_on, verdict.reason), _Group(owner, verdict, []))
        group.names.append(verdict.pod)
        created = pod.metadata.creation_timestamp if pod is not None else None
        if created:
            group.since = min(group.since or looked.now, unix_seconds(created))
    found = sorted(groups.values(), key=lambda group: (group.verdict.placed_on is not None, -len(group.names)))
    return [_line(looked, group) for group in found]


def _deployments(looked: Looked) -> dict[tuple[str, str], str]:
    """Return the Deployment of each ReplicaSet that has one, by namespace and name."""
    found = {}
    for owner in looked.snapshot.owners or ():
        made_by = next((each for each in owner.metadata.owner_references or () if each.controller), None)
        if made_by is not None:
            key = owner.metadata.namespace or "default", owner.metadata.name
            found[key] = f"{made_by.kind} {key[0]}/{made_by.name}"
    return found


def _owner(pod: Pod, deployments: dict[tuple[str, str], str]) -> str:
    owner = controller_of(pod)
    if owner is None:
        return f"Pod {pod.key}"
    namespace = pod.metadata.namespace
    known = deployments.get((namespace, owner.name)) if owner.kind == "ReplicaSet" else None
    return known or f"{owner.kind} {namespace}/{owner.name}"


def _line(looked: Looked, group: _Group) -> PodLine:
    verdict, count = group.verdict, len(group.names)
    more = f" and {count - NAMES} more" if count > NAMES else ""
    obstacles = looked.decision.obstacles.get(verdict.reason, ()) if verdict.placed_on is None else ()
    place, because = _place(verdict)
    return PodLine(
        owner=group.owner,
        names=", ".join(name.partition("/")[2] or name for name in group.names[:NAMES]) + more,
        count=count,
        waits="" if group.since is None else age_text(max(0, round(looked.now - group.since))),
        place=place,
        because="" if obstacles else because,
        against=tuple(_against(looked, each, count) for each in sorted(obstacles, key=_hopefulness)),
    )


def _hopefulness(obstacle: PoolObstacle) -> int:
    """Order obstacles: what passes or is a limit first, last the pools that the pods do not ask for."""
    if obstacle.reason == MAX_SIZE_REACHED or obstacle.reason in _WORDS:
        return 0
    return 2 if obstacle.reason == NODE_AFFINITY else 1


def _place(verdict: PodVerdict) -> tuple[str, str]:
    """Return where a pod goes and why, or why it goes nowhere."""
    bare = verdict.reason.partition(" (")[0]
    if verdict.placed_on is None:
        return "no place", _NO_PLACE.get(bare, verdict.reason)
    if verdict.new_pool is None:
        return f"node {verdict.placed_on}", _ON_NODE.get(bare, "has room: the scheduler places it soon")
    if bare == FITS_ON_UPCOMING_NODE:
        return f"a node of {verdict.new_pool}", "that node is on its way"
    said = f"; {verdict.reason.partition(' (')[2].removesuffix(')')}" if " (" in verdict.reason else ""
    return f"a new node of {verdict.new_pool}", f"the next tick asks for it{said}"


_ON_NODE = {WAITS_FOR_PREEMPTION: "the scheduler frees room there for it"}
_NO_PLACE = {
    TERMINATING: "it is being deleted",
    SCHEDULING_GATED: "it has a scheduling gate: whoever set that has to take it away",
    DAEMONSET_POD: "of a DaemonSet: it runs on nodes that are there, none is bought for it",
    EXPENDABLE: "its priority is below expendable_pods_priority_cutoff: no node is bought for it",
    OTHER_SCHEDULER: "another scheduler places it, and has not called it unschedulable yet",
    WAITS_FOR_SCHEDULER: "it claims devices: the scheduler has not refused it yet",
}


def _against(looked: Looked, obstacle: PoolObstacle, count: int) -> Against:
    pool, reason, words = obstacle.pool, obstacle.reason, obstacle.words
    if reason == MAX_SIZE_REACHED:
        return _at_limit(looked, obstacle, count)
    inside = _inside(words, reason)
    if reason.startswith(untolerated("")):
        return Against(pool, f"taint {inside or reason}", "would help: a toleration, if these pods may run here")
    if reason == RULES_BETWEEN_PODS:
        return Against(
            pool,
            f"rules between pods {inside} leave no node",
            "would help: looser anti-affinity or spread, or more zones",
        )
    if reason in _WORDS:
        lead, advice = _WORDS[reason]
        return Against(pool, f"{lead}: {inside}" if inside else lead, advice)
    return _in_figures(pool, reason, words)


def _in_figures(pool: str, reason: str, words: str) -> Against:
    """Word what was asked and what is there."""
    amounts = AMOUNTS.search(words)
    if amounts and reason.startswith(insufficient("")):
        resource = reason.removeprefix(insufficient(""))
        said = f"needs {amounts[1]} {_NAMES.get(resource, resource)}; a node here offers {amounts[2]}"
        return Against(pool, said, "would help: larger nodes, or smaller requests")
    asks = ASKS.search(words)
    if reason == NODE_AFFINITY and asks:
        return Against(pool, f"asks for {asks[1]}; its nodes have {asks[2]}")
    return Against(pool, words)


def _at_limit(looked: Looked, obstacle: PoolObstacle, count: int) -> Against:
    """Say which limit holds, with the view of one that surely would not: each of the pods needs one node at most."""
    asked, words = looked.asked, obstacle.words
    if total := TOTAL.search(words):
        setting = f"max_nodes_total={int(total[1]) + count}"
        kept = tuple(each for each in asked.what_if if not each.startswith("max_nodes_total="))
        href = asked.address(what_if=(*kept, setting))
        return Against(obstacle.pool, f"the cluster is at max_nodes_total {total[1]}", f"what if {setting}?", href)
    found = LIMIT.search(words)
    if found is None:
        return Against(obstacle.pool, words)
    wanted, key = int(found[1]) + count, pool_key(looked.decision.pools, obstacle.pool)
    maxima = (*(pair for pair in asked.maxima if pair[0] != key), (key, str(wanted)))
    href = asked.address(maxima=maxima)
    return Against(obstacle.pool, f"at its maximum of {found[1]}", f"what if its maximum were {wanted}?", href)


def pool_key(pools: Sequence[PoolVerdict], name: str) -> str:
    """Return how a setting names a pool: by name, or by OCID where the name is another one's too or cannot be read."""
    same = [pool for pool in pools if pool.name == name]
    return name if len(same) == 1 and name and "=" not in name else next((pool.id for pool in same), name)


def _inside(words: str, reason: str) -> str:
    """Return what stands in brackets behind a reason."""
    return words.removeprefix(reason).strip().removeprefix("(").removesuffix(")")


_NAMES = {"cpu": "CPU"}
_WORDS = {
    OUT_OF_CAPACITY: (
        "OCI has no capacity",
        "it is tried again by itself; would help: another shape or availability domain",
    ),
    NODES_DO_NOT_JOIN: ("its new machines do not join", "see the warning above"),
    POOL_UPDATING: ("it is changing", "the next ticks look again"),
    POOL_STABILIZING: ("it has just grown", "the next ticks look again"),
}
