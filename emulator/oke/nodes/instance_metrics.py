"""The load of the nodes' instances over time: what their pods use, or what a test says."""

from __future__ import annotations

import bisect
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import NODE
from emulator.kubernetes.object_fields import Object, spec_of, status_of
from emulator.oke.scheduling.fit import amounts_of, requests_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.kubernetes.store import Store

MINUTE = 60
CPU, RAM = "CpuUtilization", "MemoryUtilization"
LOAD_ANNOTATION = "emulator/load-percent"
"""How much of its requests a pod uses."""

_USED_SHARE = {"cpu": 0.6, "memory": 0.8}
_IDLE_PERCENT = {"cpu": 2.0, "memory": 6.0}


@dataclass
class _History:
    """Samples of one instance: times (epoch seconds, rising) and percents by metric."""

    times: list[float] = field(default_factory=list)
    values: list[dict[str, float]] = field(default_factory=list)

    def at(self, epoch_seconds: float) -> dict[str, float]:
        """Return the last sample up to a time, or the first one."""
        place = bisect.bisect_right(self.times, epoch_seconds)
        return self.values[max(0, place - 1)]


class InstanceMetrics:
    """Samples every node at each minute of the cluster's clock. `fixed` puts a test's values in place (None: none)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._histories: dict[str, _History] = defaultdict(_History)
        self.fixed: dict[str, dict[str, float] | None] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._histories.clear()
        self.fixed.clear()

    def sample(self, now_epoch_seconds: float) -> None:
        """Note every node's load now."""
        for node in self._store.all(NODE):
            instance = str(spec_of(node).get("providerID") or "")
            history = self._histories[instance]
            if not history.times or history.times[-1] < now_epoch_seconds:
                history.times.append(now_epoch_seconds)
                history.values.append(self._load(node))

    def points(self, instance: str, metric: str, times: range) -> Iterator[tuple[int, float]]:
        """Yield (epoch seconds, percent) of an instance's metric at the given minutes."""
        # None fixed for an instance: the agent reports nothing, as on an instance without the monitoring plugin.
        if instance in self.fixed:
            values = self.fixed[instance]
            if values is not None and metric in values:
                yield from ((at, values[metric]) for at in times)
            return
        history = self._histories.get(instance)
        if history is not None:
            yield from ((at, history.at(at)[metric]) for at in times)

    def _load(self, node: Object) -> dict[str, float]:
        capacity = amounts_of(status_of(node).get("capacity"))
        used = dict(_IDLE_PERCENT)
        for pod in self._store.pods_on(node["metadata"]["name"]):
            if status_of(pod).get("phase") != "Running":
                continue
            requests = requests_of(spec_of(pod))
            percent = (pod["metadata"].get("annotations") or {}).get(LOAD_ANNOTATION)
            for resource, usual in _USED_SHARE.items():
                share = usual if percent is None else float(percent) / 100
                if resource in requests:
                    used[resource] += 100 * share * float(requests[resource] / capacity[resource])
        return {CPU: min(100.0, used["cpu"]), RAM: min(100.0, used["memory"])}
