"""What the cluster page shows of a snapshot and the decision on it; pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.cluster_page.size_timeline import cost_a_month, size_timeline, utc_second
from functions.oke_autoscaler.explain import history as history_table
from functions.oke_autoscaler.explain import nodes as node_table
from functions.oke_autoscaler.explain.text import text as sentences
from functions.oke_autoscaler.model.reasons import with_detail
from functions.oke_autoscaler.model.unreadable import listed_texts
from shared.pages.web_page import Cell, Figure, View

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict
    from functions.oke_autoscaler.model.snapshot import Snapshot

ABSENT = "\N{EN DASH}"
SHOWN_NODES = 200
SHOWN_CHANGES = 500
SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a cluster found: the decision of the next tick, its time (Unix seconds), and what is asked.

    ``what_if`` are the settings of the decision that are not the function's own, ``manifest`` the further pods.
    """

    snapshot: Snapshot
    decision: Decision
    now: float
    what_if: tuple[str, ...] = ()
    manifest: str = ""

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return what is asked as parameters of an address."""
        found = [("what_if", each) for each in self.what_if]
        return (*found, *([("manifest", self.manifest)] if self.manifest else []))


def cluster_view(looked: Looked) -> View:
    """Return the view."""
    decision, snapshot = looked.decision, looked.snapshot
    nodes = node_table.table(snapshot, decision, looked.now)
    chart = size_timeline(snapshot.state.history, decision.pools, looked.now)
    values: dict[str, Any] = {
        "looked": looked,
        "at": utc_second(looked.now),
        "warnings": warnings(decision),
        "cards": _figures(looked, nodes),
        "saved_rule": _saved(decision)[1],
        "chart_message": _message(chart),
        "pool_rows": [_pool_row(pool) for pool in decision.pools],
        "pod_rows": _pod_rows(decision),
        "node_rows": [_node_row(row) for row in nodes["nodes"][:SHOWN_NODES]],
        "nodes_left_out": max(0, len(nodes["nodes"]) - SHOWN_NODES),
        "change_heads": [(each.lower(), "text") for each in history_table.HEADINGS],
        "change_rows": history_table.rows(snapshot.state.history[-SHOWN_CHANGES:])[::-1],
        "sentences": sentences(decision),
    }
    title = f"Cluster: {len(decision.pods)} pods wait, {len(nodes['nodes'])} nodes"
    return View(f"What if: {title}" if looked.pairs else title, values, [chart] if chart["x"] else [], looked.pairs)


def warnings(decision: Decision) -> list[str]:
    """Return what somebody should look at, the most urgent first."""
    found = [f"{pool.name or pool.id} is flapping: {pool.flapping}" for pool in decision.pools if pool.flapping]
    found += [f"{pool.name or pool.id}: {text}" for pool in decision.pools for text in pool.not_joined]
    for pool in decision.pools:
        if pool.level == "warning":
            found.append(f"{pool.name or pool.id}: {with_detail(pool.reason, pool.detail)}")
        if pool.counts is not None and pool.counts.unready:
            found.append(f"{pool.name or pool.id}: {pool.counts.unready} nodes are registered and not ready")
    lost = sum(pod.placed_on is None for pod in decision.pods)
    if lost:
        found.append(f"{lost} pods fit on no node that there is or that may be bought")
    blocked = Counter(node.stays for node in decision.nodes if "pdb" in (node.reason or "") or "Pdb" in node.stays)
    found += [f"{count} nodes stay because of a disruption budget: {why}" for why, count in blocked.items()]
    return [*found, *(f"unreadable: {line}" for line in listed_texts(decision.unreadable))]


def _figures(looked: Looked, nodes: dict[str, Any]) -> list[Figure]:
    decision = looked.decision
    wanted = sum(pool.wanted_size - pool.size for pool in decision.pools)
    growth = "the next tick changes nothing" if not wanted else f"the next tick asks for {wanted:+d} nodes"
    waiting = len(decision.pods)
    placed = sum(pod.placed_on is not None for pod in decision.pods)
    cards = [
        Figure("Nodes", f"{len(nodes['nodes'])}", growth),
        Figure(
            "Pods that wait",
            f"{waiting}",
            f"{placed} have a place to come" if waiting else "",
            "up" if waiting else "dim",
        ),
    ]
    cost = cost_a_month(decision.pools, {pool.id: pool.size for pool in decision.pools})
    cards.append(Figure("Cost a month", ABSENT if cost is None else f"{cost:,.0f}", "of all pools at their size now"))
    saved, _ = _saved(decision)
    if saved is not None:
        cards.append(Figure("Saved a month", f"{saved:,.0f}", "against pools at their maximum", "down"))
    return cards


def _saved(decision: Decision) -> tuple[float | None, str]:
    """Return what is saved against pools of a fixed size, and the rule in words."""
    known = [pool for pool in decision.pools if pool.node_cost is not None and pool.counts is not None]
    if not known or len(known) < len(decision.pools):
        return None, "What is saved cannot be told: a pool's cost of a node is not known (setting cost)."
    fixed = sum((pool.counts.max_size - pool.size) * (pool.node_cost or 0.0) for pool in known if pool.counts)
    rule = "Saved is the cost of the nodes that each pool has fewer than its max_size, for a month."
    return fixed, rule


def _message(chart: dict[str, Any]) -> str:
    if not chart["x"]:
        return ""
    sums = [sum(values) for values in zip(*(each["values"] for each in chart["series"]), strict=True)]
    top = max(range(len(sums)), key=lambda at: sums[at])
    return f"Nodes asked for, by pool, UTC: at most {sums[top]} on {chart['x'][top]}, {sums[-1]} now."


def _pool_row(pool: PoolVerdict) -> list[Any]:
    counts = pool.counts
    bounds = f"{counts.min_size} to {counts.max_size}" if counts else ABSENT
    ready = f"{counts.ready}" if counts else ABSENT
    cost = ABSENT if pool.node_cost is None else f"{pool.node_cost * pool.size:,.0f}"
    change = pool.wanted_size - pool.size
    to_come = Cell(f"{pool.wanted_size}", tone="up" if change > 0 else "down" if change < 0 else "")
    why = with_detail(pool.reason, pool.detail)
    return [pool.name or pool.id, str(pool.size), to_come, ready, bounds, cost, pool.status, why]


def _pod_rows(decision: Decision) -> list[list[Any]]:
    """Return pending pods by where they go and why, those without a place first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for pod in decision.pods:
        where = ABSENT if pod.placed_on is None else f"a new node of {pod.new_pool}" if pod.new_pool else pod.placed_on
        groups.setdefault((where, pod.reason), []).append(pod.pod)
    rows = []
    for (where, reason), names in sorted(groups.items(), key=lambda item: (item[0][0] != ABSENT, -len(item[1]))):
        more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        rows.append([", ".join(names[:SHOWN_NAMES]) + more, str(len(names)), where, reason])
    return rows


def _node_row(row: dict[str, Any]) -> list[Any]:
    percents = [ABSENT if row[key] is None else f"{row[key]} %" for key in ("cpu_percent", "memory_percent")]
    cost = ABSENT if row["cost_per_month"] is None else f"{row['cost_per_month']:,.0f}"
    tone = "down" if row["verdict"].startswith("goes now") else ""
    age = node_table.age_text(row["age_seconds"])
    return [row["node"], row["pool"] or ABSENT, age, *percents, str(row["pods"]), cost, Cell(row["verdict"], tone=tone)]
