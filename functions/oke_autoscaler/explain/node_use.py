"""What the pods of each node ask for, and how many they are; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.pod_requests import pod_requests
from functions.oke_autoscaler.model.pods import ENDED_PHASES

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.snapshot import Snapshot


@dataclass(slots=True)
class NodeUse:
    """The pods of one node: their requests (millicores, bytes), and their number."""

    cpu: int = 0
    memory: int = 0
    pods: int = 0


NOT_USED = NodeUse()


def requests_by_node(snapshot: Snapshot) -> dict[str, NodeUse]:
    """Return the use of each node that runs a pod, by its name; pods that have ended use nothing."""
    found: dict[str, NodeUse] = {}
    # Equal specs are one object (model/spec_interning.py), so that thousands of replicas are added up once.
    known: dict[int, tuple[int, int]] = {}
    for pod in snapshot.pods:
        name = pod.node_name
        if not name or pod.status.phase in ENDED_PHASES or pod.unreadable is not None:
            continue
        asked = known.get(id(pod.spec))
        if asked is None:
            requests = pod_requests(pod.spec)
            asked = known[id(pod.spec)] = requests.get("cpu", 0), requests.get("memory", 0)
        use = found.get(name) or found.setdefault(name, NodeUse())
        use.cpu += asked[0]
        use.memory += asked[1]
        use.pods += 1
    return found
