"""What the scheduler says of a pod that it does not place, and whether a new node would answer it.

The words are those of ``FitError`` and of the filters of kube-scheduler 1.33 to 1.36 (pkg/scheduler/framework/types.go,
pkg/scheduler/framework/plugins/*): ``0/3 nodes are available: 1 Insufficient cpu, 2 node(s) exceed max volume count.``,
each filter's reason behind the number of nodes that it ruled out, or the one reason for which no node was looked at;
then, in words of its own, what preemption found. A scheduler of another name may say anything.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.kubernetes_objects import Condition, Pod

DEFAULT_SCHEDULER = "default-scheduler"
"""The name of the scheduler that Kubernetes comes with, and of the scheduler of a pod that names none."""
MAX_WORDS = 300
"""Characters of the scheduler's words that are passed on; with many nodes it names every taint."""

_HEAD = re.compile(r"^\s*0/\d+ nodes are available:?\s*")
_AFTER = re.compile(r"\.\s+(?=[a-z])|\.\s*$")
"""Ends the reasons: what follows is of the steps after filtering (``preemption: …``, ``still not schedulable, …``)."""
_NEXT = re.compile(r",\s+(?=\d+\s)")
_COUNT = re.compile(r"^\d+\s+")

_OF_THE_POD = (
    "unbound immediate PersistentVolumeClaims",
    'persistentvolumeclaim "',
    "bound to non-existent pv(s)",
    "waiting for ephemeral volume controller",
    "ReadWriteOncePod access mode",
    "waiting for dynamic resource controller",
    'resourceclaim "',
    "resourceclaim in use",
    "resourceclaim must be reallocated",
    "resourceclaim not available on the node",
    "device class ",
    "pod affinity terms conflict",
)
"""Parts of reasons that are about the pod's own claims and terms: no node helps until they change."""

_OF_THE_NODE = (
    "Insufficient ",
    "Too many pods",
    "no nodes available to schedule pods",
    "node(s) were unschedulable",
    "node(s) didn't have free ports",
    "node(s) exceed max volume count",
    "node(s) did not have enough free storage",
    "node(s) didn't match pod affinity rules",
    "node(s) didn't match pod anti-affinity rules",
    "node(s) didn't satisfy existing pods anti-affinity rules",
    "node(s) didn't match pod topology spread constraints",
)
"""Beginnings of reasons that come from what a node holds already: one that holds nothing answers them.

Not among them, and so never bought for against the simulation's own view: taints, labels, a volume's zone and devices.
A new node has them from its pool as the old ones do.
"""


class Help(Enum):
    """Whether a new node would answer the scheduler's words."""

    NEW_NODE = "a node that holds nothing yet may"
    NO_NODE = "no node does: the pod's own claims or terms stand against it"
    UNKNOWN = "nobody can tell"


def find_refusal(pod: Pod) -> Condition | None:
    """Return the condition by which the scheduler says that no node takes the pod, None without one."""
    for condition in pod.status.conditions or ():
        if condition.type == "PodScheduled" and condition.status == "False" and condition.reason == "Unschedulable":
            return condition
    return None


def reasons_in(message: str) -> list[str]:
    """Return the reasons in the scheduler's words, without the numbers of nodes."""
    body = _AFTER.split(_HEAD.sub("", message, count=1), maxsplit=1)[0].strip()
    return [_COUNT.sub("", part).strip() for part in _NEXT.split(body) if part]


def help_for(message: str) -> Help:
    """Return whether a new node would answer the words."""
    reasons = reasons_in(message)
    if any(part in reason for reason in reasons for part in _OF_THE_POD):
        return Help.NO_NODE
    return Help.NEW_NODE if any(reason.startswith(_OF_THE_NODE) for reason in reasons) else Help.UNKNOWN


def in_short(message: str) -> str:
    """Return the words as a reason quotes them: what the filters said, cut where it is long."""
    text = _AFTER.split(message.strip(), maxsplit=1)[0].strip() or "no reason given"
    return text if len(text) <= MAX_WORDS else f"{text[: MAX_WORDS - 1]}…"
