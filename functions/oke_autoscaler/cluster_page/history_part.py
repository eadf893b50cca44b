"""The cluster page's history: three charts over one time, and the changes as rows that lead to their moment; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.cluster_page.size_timeline import Now, cluster_timeline, utc_second
from functions.oke_autoscaler.explain import history as history_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from functions.oke_autoscaler.cluster_page.size_timeline import TimelinePoint
    from functions.oke_autoscaler.model.course import Size
    from functions.oke_autoscaler.model.decision import Decision
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.tick_state import ChangeRecord

SERIES = 8
"""Pools that have a line of their own; the others are one."""

SYNC = "cluster"
"""The charts show the same part of the time."""

SHOWN_CHANGES = 500


def history_part(snapshot: Snapshot, decision: Decision, now: float) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the values of ``cluster_timeline.html``, and its charts."""
    history = snapshot.state.history[-SHOWN_CHANGES:]
    points = cluster_timeline(history, snapshot.course, Now(decision.pools, len(decision.pods), now))
    found = timeline_charts(points, history)
    messages = {"sizes": _sizes_message, "pending": _pending_message, "cost": _cost_message}
    rows = [
        {"id": row_id(place), "moment": utc_second(change.at), "cells": [_typeset(cell) for cell in cells]}
        for place, (change, cells) in enumerate(zip(history, history_table.rows(history), strict=True))
    ]
    values = {
        "timelines": [(chart["id"], messages[chart["id"]](points)) for chart in found],
        "change_heads": [each.lower().replace("(utc)", "(UTC)") for each in history_table.HEADINGS],
        "change_rows": rows[::-1],
    }
    return values, found


def _typeset(cell: str) -> str:
    """Return a cell of the command's table as a page has it: a dash for nothing, an arrow, a minus, no capitals."""
    if cell == "-":
        return "\N{EN DASH}"
    if cell == "FLAPPING":  # the command's, to be found in a terminal; the page has a mark in the chart
        return "flapping"
    text = cell.replace(" -> ", " \N{RIGHTWARDS ARROW} ")
    return f"\N{MINUS SIGN}{text[1:]}" if text[:1] == "-" and text[1:].isdigit() else text


def timeline_charts(points: Sequence[TimelinePoint], history: Sequence[ChangeRecord]) -> list[dict[str, Any]]:
    """Return the charts: nodes by pool, and, where they are known, pods that waited and cost a month."""
    if not points:
        return []
    frame = {
        "kind": "steps",
        "sync": SYNC,
        "x": [utc_second(each.at) for each in points],
        "notes": [_note([history[place] for place in each.changes]) for each in points[:-1]] + ["now"],
        "rows": [row_id(each.changes[-1]) if each.changes else "" for each in points],
    }
    nodes = {"id": "sizes", "unit": "nodes", "whole": True, "series": _lines(points), "marks": _marks(history)}
    found: list[dict[str, Any]] = [{**frame, **nodes}]
    pending = [each.pending for each in points]
    if any(each is not None for each in pending[:-1]):
        line: dict[str, Any] = {"name": "waiting pods", "values": pending, "colour": "--c5"}
        found.append({**frame, "id": "pending", "unit": "pods", "whole": True, "series": [line], "height": 180})
    costs = [_cost(each.pools) for each in points]
    if any(costs):
        line = {"name": "cost a month", "values": costs, "colour": "--c7"}
        found.append({**frame, "id": "cost", "unit": "a month", "series": [line], "height": 180})
    for chart in found:
        for each in chart["series"]:
            each["shown"] = ["" if value is None else f"{value:,.0f}" for value in each["values"]]
    return found


def row_id(place: int) -> str:
    """Return the id of the table's row of a change, by its place in the history."""
    return f"change-{place}"


def _lines(points: Sequence[TimelinePoint]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(name for point in reversed(points) for name in point.pools))
    lines = {name: [point.pools.get(name, (0, None))[0] for point in points] for name in names}
    shown = sorted(names, key=lambda name: -max(lines[name]))[:SERIES]
    rest = [name for name in names if name not in shown]
    series: list[dict[str, Any]] = [{"name": name, "values": lines[name]} for name in names if name in shown]
    if rest:
        sums = [sum(lines[name][at] for name in rest) for at in range(len(points))]
        series.append({"name": f"{len(rest)} others", "values": sums, "colour": "--rest"})
    return series


def _note(changes: Sequence[ChangeRecord]) -> str:
    return "; ".join(in_words(each) for each in changes)


def in_words(change: ChangeRecord) -> str:
    """Return a change as one sentence: what, of which pool, from and to which size, why."""
    sizes = ""
    if change.size_after is not None:
        sizes = f" {'?' if change.size_before is None else change.size_before} to {change.size_after}"
    count = change.pods_count if change.what == "scale-up" else 0
    pods = f" for {count} pod{'s' if count > 1 else ''}" if count else ""
    return f"{change.what} {change.pool or ', '.join(change.nodes)}{sizes}{pods}: {change.flapping or change.why}"


def _marks(history: Sequence[ChangeRecord]) -> list[dict[str, str]]:
    return [{"x": utc_second(each.at), "text": "flapping"} for each in history if each.flapping]


def _cost(pools: Mapping[str, Size]) -> float | None:
    """Return what so many nodes cost a month; None where the cost of one is not known."""
    costs = [None if cost is None else cost * size for size, cost in pools.values() if size]
    known = [each for each in costs if each is not None]
    return round(sum(known), 2) if len(known) == len(costs) else None


def _sizes_message(points: Sequence[TimelinePoint]) -> str:
    """Return what the chart of the sizes says."""
    sums = [sum(size for size, _ in point.pools.values()) for point in points]
    top = max(range(len(sums)), key=lambda at: sums[at])
    when = utc_second(points[top].at)
    return f"Nodes asked for, by pool, UTC: at most {sums[top]}, on {when[:10]} at {when[11:16]}; {sums[-1]} now."


def _pending_message(points: Sequence[TimelinePoint]) -> str:
    """Return what the chart of the waiting pods says."""
    known = [(each.pending, each.at) for each in points if each.pending is not None]
    most, when = max(known, default=(0, 0.0), key=lambda each: each[0])
    if not most:
        return "Pods that waited for a node: none."
    stamp = utc_second(when)
    return f"Pods that waited for a node: at most {most}, on {stamp[:10]} at {stamp[11:16]}; {known[-1][0]} now."


def _cost_message(points: Sequence[TimelinePoint]) -> str:
    """Return what the chart of the cost says."""
    known = [each for each in (_cost(point.pools) for point in points) if each is not None]
    if not known:
        return ""
    lowest, highest = min(known), max(known)
    return f"Cost a month of the nodes asked for: between {lowest:,.0f} and {highest:,.0f}; {known[-1]:,.0f} now."
