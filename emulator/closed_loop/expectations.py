"""What a scenario expects of a run, key by key, and in sentences what the run did not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulator.closed_loop.scenario_run import ScenarioRun


def unmet_expectations(run: ScenarioRun) -> list[str]:
    """Return in sentences what the scenario expects and the run did not show."""
    expected = ((key, wanted) for key, wanted in run.scenario.expect.items() if wanted is not None)
    return [sentence for key, wanted in expected for sentence in RULES[key](run, wanted)]


def _nodes(run: ScenarioRun, wanted: dict[str, Any]) -> Iterator[str]:
    yield from _differing(run.samples[-1].ready, wanted, "ready nodes at the end")


def _sizes(run: ScenarioRun, wanted: dict[str, Any]) -> Iterator[str]:
    yield from _differing(run.samples[-1].sizes, wanted, "nodes asked for at the end")


def _nodes_at(run: ScenarioRun, wanted: list[dict[str, Any]]) -> Iterator[str]:
    for entry in wanted:
        sample = next(one for one in run.samples if one.minute >= entry["at"])
        yield from _differing(sample.ready, entry["nodes"], f"ready nodes at minute {entry['at']}")


def _pending(run: ScenarioRun, wanted: Any) -> Iterator[str]:  # noqa: ANN401  (a number or a range)
    found = run.samples[-1].pending
    if not _within(found, wanted):
        yield f"{found} pods are pending at the end, not {wanted}"


def _settled_by(run: ScenarioRun, wanted: float) -> Iterator[str]:
    settled = run.settled_at()
    if settled is None or settled > wanted:
        yield f"no pod waits from minute {settled} on, not from {wanted}"


def _ticks_with(run: ScenarioRun, wanted: dict[str, Any]) -> Iterator[str]:
    for action, count in wanted.items():
        found = len(run.ticks_with(action))
        if not _within(found, count):
            yield f"{found} ticks with {action}, not {count}"


def _answers_with(run: ScenarioRun, wanted: dict[str, Any]) -> Iterator[str]:
    for kind, count in wanted.items():
        found = sum(1 for tick in run.ticks if any(part["kind"] == kind for part in tick.parts))
        if not _within(found, count):
            yield f"{found} ticks answered {kind}, not {count}"


def _reasons(run: ScenarioRun, wanted: list[str]) -> Iterator[str]:
    # A reason may go on with numbers and names: its first word is what stays.
    found = {str(part.get("reason")) for tick in run.ticks for part in tick.parts}
    yield from (f"no tick answered {one}" for one in wanted if not any(reason.startswith(one) for reason in found))


def _bought_at_most(run: ScenarioRun, wanted: dict[str, int]) -> Iterator[str]:
    for name, most in wanted.items():
        if run.bought[name] > most:
            yield f"{name} got {run.bought[name]} new instances, not {most} at most"


def _instances(run: ScenarioRun, wanted: dict[str, Any]) -> Iterator[str]:
    yield from _differing(run.instances, wanted, "running instances at the end")


def _removed_at_once(run: ScenarioRun, wanted: dict[str, int]) -> Iterator[str]:
    for name, most in wanted.items():
        found = max((tick.before[name] - tick.after[name] for tick in run.ticks), default=0)
        if found > most:
            yield f"{name} lost {found} nodes in one tick, not {most} at most"


def _ready_at_least(run: ScenarioRun, wanted: dict[str, int]) -> Iterator[str]:
    for name, least in wanted.items():
        if run.fewest_ready.get(name, 0) < least:
            yield f"{name} had only {run.fewest_ready.get(name, 0)} ready pods at some time, not {least}"


def _killed(run: ScenarioRun, wanted: Any) -> Iterator[str]:  # noqa: ANN401  (a number or a range)
    if not _within(run.disruptions.killed, wanted):
        yield f"{run.disruptions.killed} pods ended with their node and no eviction, not {wanted}"


def _flapping(run: ScenarioRun, wanted: Any) -> Iterator[str]:  # noqa: ANN401  (a number or a range)
    found = sum(1 for tick in run.ticks if any("flapping" in part for part in tick.parts))
    if not _within(found, wanted):
        yield f"{found} ticks named flapping, not {wanted}"


def _budgets_broken(run: ScenarioRun, wanted: Any) -> Iterator[str]:  # noqa: ANN401  (a number or a range)
    if not _within(run.disruptions.budgets_broken, wanted):
        yield f"{run.disruptions.budgets_broken} times a budget was broken, not {wanted}"


def _ready(run: ScenarioRun, wanted: dict[str, Any]) -> Iterator[str]:
    yield from _differing({name: run.ready_pods.get(name, 0) for name in wanted}, wanted, "ready pods at the end")


def _differing(found: dict[str, int], wanted: dict[str, Any], what: str) -> Iterator[str]:
    for name, value in wanted.items():
        if not _within(found[name], value):
            yield f"{name} has {found[name]} {what}, not {value}"


def _within(value: float, wanted: float | list[float]) -> bool:
    """Tell whether a value is the wanted one, or in the wanted range `[least, most]`."""
    if isinstance(wanted, list):
        return wanted[0] <= value <= wanted[1]
    return value == wanted


RULES: dict[str, Callable[[ScenarioRun, Any], Iterator[str]]] = {
    "nodes": _nodes,
    "sizes": _sizes,
    "nodes_at": _nodes_at,
    "pending": _pending,
    "settled_by": _settled_by,
    "ticks_with": _ticks_with,
    "answers_with": _answers_with,
    "reasons": _reasons,
    "bought_at_most": _bought_at_most,
    "instances": _instances,
    "removed_at_once": _removed_at_once,
    "ready_at_least": _ready_at_least,
    "ready": _ready,
    "killed": _killed,
    "flapping": _flapping,
    "budgets_broken": _budgets_broken,
}
