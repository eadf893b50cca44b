"""A run in words: one line whenever something was done, the decision changed, or an event happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.closed_loop.scenario_run import Sample, ScenarioRun, TickRecord
    from emulator.kubernetes.object_fields import Object

_FURTHER = ("unschedulable-pods-count", "unplaced-pods-count")


def timeline_text(run: ScenarioRun) -> str:
    """Return the timeline of a run: minute, pods without a node, Ready/wanted nodes, and what was done and why."""
    return "\n".join([*_head(run), *_lines(run), *_summary(run)])


def _head(run: ScenarioRun) -> Iterator[str]:
    yield f"{run.scenario.title} [{run.autoscaler}]"
    yield f"{'minute':>7} {'pending':>8}  {'nodes':<24} what"


def _lines(run: ScenarioRun) -> Iterator[str]:
    by_minute = {sample.minute: sample for sample in run.samples}
    entries = [(minute, 0, f"   ({what})") for minute, what in run.noted]
    shown = ""
    for tick in run.ticks:
        words = "; ".join(_words(part, tick) for part in tick.parts)
        if words != shown or tick.before != tick.after:
            entries.append((tick.minute, 1, words))
        shown = words
    for minute, _, what in sorted(entries, key=lambda entry: entry[:2]):
        sample = by_minute.get(float(int(minute)))
        yield f"{minute:7.0f} {sample.pending if sample else 0:8d}  {_nodes(sample):<24} {what}"


def _nodes(sample: Sample | None) -> str:
    if sample is None:
        return ""
    return " ".join(f"{name} {sample.ready[name]}/{size}" for name, size in sample.sizes.items())


def _words(part: Object, tick: TickRecord) -> str:
    """Return one pool's answer in a line."""
    name = str(part.get("node-pool-name", ""))
    words = [str(part.get("action", part["kind"])), str(part.get("reason", ""))]
    before, after = tick.before.get(name), tick.after.get(name)
    if before != after:
        words.append(f"{before} -> {after}")
    words += [f"{key.removesuffix('-count')} {part[key]}" for key in _FURTHER if part.get(key) not in {None, "0"}]
    return " ".join(word for word in (name, *words) if word)


def _summary(run: ScenarioRun) -> Iterator[str]:
    counts = {action: len(run.ticks_with(action)) for action in ("scale-up", "scale-down", "error")}
    done = ", ".join(f"{count} with {action}" for action, count in counts.items() if count)
    settled = run.settled_at()
    waiting = "pods still wait" if settled is None else f"no pod waits from minute {settled:.0f} on"
    yield f"{len(run.ticks)} ticks{': ' + done if done else ''}; {waiting}; {_nodes(run.samples[-1])} at the end"
    yield run.disruptions.text(run.node_hours())
