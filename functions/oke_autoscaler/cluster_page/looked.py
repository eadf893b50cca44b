"""What a look at a cluster found, as one value that the rest of the page is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.cluster_page.asked_cluster import AskedCluster

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.settings import Settings


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that somebody should look at: what it is, what to do, and where the page has more of it."""

    text: str
    do: str = ""
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The decision of the next tick on a snapshot at a time (Unix seconds), as it is asked for.

    ``before`` is the decision as it is, where another one is asked for. ``concerns`` are what only a live cluster
    tells. ``settings`` are those of the decision, None where they are not known.
    """

    snapshot: Snapshot
    decision: Decision
    now: float
    settings: Settings | None = None
    asked: AskedCluster = field(default_factory=AskedCluster)
    before: Decision | None = None
    passed_over: tuple[str, ...] = ()
    """Objects of the manifest that make no pods, as ``Service web``."""
    concerns: tuple[Concern, ...] = ()
    last_tick: float | None = None
    """When a tick last told what it did (Unix seconds)."""
    in_file: bool = False
    """Whether the page is one file, which can ask for nothing more."""
