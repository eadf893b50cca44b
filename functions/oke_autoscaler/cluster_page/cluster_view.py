"""What the cluster page shows of a snapshot and the decision on it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.cluster_page import saved_cost, what_if_result
from functions.oke_autoscaler.cluster_page.cluster_concerns import find_concerns
from functions.oke_autoscaler.cluster_page.history_part import history_part
from functions.oke_autoscaler.cluster_page.looked import Looked
from functions.oke_autoscaler.cluster_page.node_lines import chosen, counted, node_lines, pool_uses, share_percent
from functions.oke_autoscaler.cluster_page.pod_lines import pod_lines
from functions.oke_autoscaler.cluster_page.pool_lines import is_estimated, pool_lines
from functions.oke_autoscaler.cluster_page.saved_cost import cost_text
from functions.oke_autoscaler.cluster_page.size_timeline import cost_a_month, utc_second
from functions.oke_autoscaler.explain.text import text as sentences
from shared.pages.web_page import Figure, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.oke_autoscaler.cluster_page.node_lines import NodeLine

__all__ = ["Looked", "cluster_view"]

ABSENT = "\N{EN DASH}"
SHOWN_NODES = 100
FOLDED_NODES = 900
"""More of them, in a file."""
SHOWN_PODS = 100
SHOWN_SENTENCES = 20_000
"""Characters of the decision in sentences."""


def cluster_view(looked: Looked) -> View:
    """Return the view."""
    decision, snapshot, asked = looked.decision, looked.snapshot, looked.asked
    lines = node_lines(looked)
    happened, charts = history_part(snapshot, looked.before or decision, looked.now)
    said = sentences(decision)
    values: dict[str, Any] = {
        "asked": asked,
        "asked_words": what_if_result.asked_words(looked),
        "as_is": asked.address(what_if=(), maxima=(), manifest=""),
        "at": utc_second(looked.now),
        "clock": utc_second(looked.now)[11:19],
        "last_tick": _ago(looked),
        "concerns": find_concerns(looked, lines),
        "cards": _figures(looked, lines),
        "saved_rule": _saved_words(looked),
        "pools": pool_lines(looked, pool_uses(lines)),
        "pods": pod_lines(looked),
        "shown_pods": SHOWN_PODS,
        **_nodes(looked, lines),
        "cost_text": cost_text,
        **happened,
        "passed_over": looked.passed_over,
        "what_if_rows": what_if_result.changes(looked),
        "maxima": what_if_result.maximum_fields(looked),
        "sentences": said if len(said) <= SHOWN_SENTENCES else f"{said[:SHOWN_SENTENCES]}\n…",
    }
    pods, nodes = len(decision.pods), len(lines)
    title = f"Cluster: {pods} {'pod waits' if pods == 1 else 'pods wait'}, {nodes} node{'' if nodes == 1 else 's'}"
    return View(f"What if: {title}" if asked.is_otherwise else title, values, charts, asked.pairs)


def _nodes(looked: Looked, lines: Sequence[NodeLine]) -> dict[str, Any]:
    """Return the nodes that are asked for, and how to ask for others."""
    asked = looked.asked
    found = chosen(lines, asked.pool, asked.state)
    start = SHOWN_NODES * (asked.page - 1)
    listed = found[start : start + SHOWN_NODES]
    folded = found[SHOWN_NODES : SHOWN_NODES + FOLDED_NODES] if looked.in_file else []
    pages = -(-len(found) // SHOWN_NODES)
    states = counted(chosen(lines, asked.pool, ""))
    pools = dict.fromkeys(line.pool for line in lines)
    return {
        "nodes": listed,
        "folded_nodes": folded,
        "nodes_found": len(found),
        "nodes_start": start,
        "nodes_before": asked.address(page=min(asked.page - 1, pages)) if asked.page > 1 else "",
        "nodes_after": asked.address(page=asked.page + 1) if asked.page < pages else "",
        "states": [(state, count, asked.address(state=state, page=1)) for state, count in states.items()],
        "any_state": asked.address(state="", page=1),
        "pool_names": [(name, asked.address(pool=name, page=1)) for name in pools if name],
        "any_pool": asked.address(pool="", page=1),
        "no_filter": asked.address(pool="", state="", page=1),
        "cpu_loads": any(line.cpu_load is not None for line in lines),
        "memory_loads": any(line.memory_load is not None for line in lines),
        "why_no_load": _why_no_load(looked, lines),
    }


def _why_no_load(looked: Looked, lines: Sequence[NodeLine]) -> str:
    """Return why bars of a load are missing; empty where both are there."""
    if not lines:
        return ""
    cpu, memory = (any(each is not None for each in loads) for loads in zip(*_loads(lines), strict=True))
    if cpu and memory:
        return ""
    what = "Load" if not cpu and not memory else "Load of CPU" if not cpu else "Load of memory"
    settings = looked.settings
    is_off = settings is not None and not (settings.reads_cpu_load if not cpu else settings.reads_ram_load)
    key = "node_pool_eval_cpu_load" if not cpu else "node_pool_eval_ram_load"
    why = f"{key} is 0, so it is not read" if is_off else "OCI Monitoring has no points of these instances"
    return f"{what} is not known: {why}."


def _loads(lines: Sequence[NodeLine]) -> list[tuple[float | None, float | None]]:
    return [(line.cpu_load, line.memory_load) for line in lines]


def _ago(looked: Looked) -> str:
    if looked.last_tick is None:
        return ""
    minutes = max(0.0, looked.now - looked.last_tick) / 60
    return "less than a minute ago" if minutes < 1 else f"{minutes:.0f} min ago"


def _figures(looked: Looked, lines: Sequence[NodeLine]) -> list[Figure]:
    decision = looked.decision
    wanted = sum(pool.wanted_size - pool.size for pool in decision.pools)
    growth = "the next tick changes nothing" if not wanted else f"the next tick asks for {wanted:+d}"
    waiting, placed = len(decision.pods), sum(pod.placed_on is not None for pod in decision.pods)
    places = "all have a place to come" if placed == waiting else f"{waiting - placed} without a place"
    cards = [
        Figure("Nodes", f"{len(lines):,}", growth),
        Figure("Pods that wait", f"{waiting:,}", places if waiting else "", "up" if placed < waiting else "dim"),
        *_requested(lines),
    ]
    cost = cost_a_month(decision.pools, {pool.id: pool.size for pool in decision.pools})
    guessed = any(is_estimated(looked, pool) for pool in decision.pools)
    basis = "≈ by shape: state `cost` of a pool" if guessed else "of all pools at their size now"
    cards.append(Figure("Cost a month", ABSENT if cost is None else cost_text(cost), basis))
    if not saved_cost.why_unknown(decision.pools):
        saved = saved_cost.saved_a_month(decision.pools)
        cards.append(Figure("Saved a month", cost_text(saved), "against pools at their maximum"))
    return cards


def _requested(lines: Sequence[NodeLine]) -> list[Figure]:
    asked = share_percent(sum(line.cpu for line in lines), sum(line.offered_cpu or 0 for line in lines))
    memory = share_percent(sum(line.memory for line in lines), sum(line.offered_memory or 0 for line in lines))
    if asked is None or memory is None:
        return []
    loads = [line.cpu_load for line in lines if line.cpu_load is not None]
    load = f"; load of CPU {sum(loads) / len(loads):.0f} %" if loads else ""
    return [Figure("CPU requested", f"{asked} %", f"memory {memory} %{load}")]


def _saved_words(looked: Looked) -> str:
    """Return the rule of what is saved, or why nothing can be told."""
    pools = looked.decision.pools
    if unknown := saved_cost.why_unknown(pools):
        return f"What is saved against a fixed size cannot be told: {unknown}."
    since = saved_cost.saved_since(looked.snapshot.state.history, pools, looked.now)
    return f"{saved_cost.saved_rule(pools)} {saved_cost.since_words(since, looked.now)}".strip()
