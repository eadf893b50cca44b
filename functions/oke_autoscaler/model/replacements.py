"""The note on a node that is to be replaced by a cheaper one: that it is, since when, and until when it counts.

One annotation is all that is remembered. It is written before the new node is asked for, so a tick that dies in between
leaves a note without a node, which ends by itself; the other way round it would leave a node that nobody needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.model.nodes import MAX_TIME_DIGITS, annotation

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.kubernetes_objects import Node

REPLACED_SINCE = "oke-autoscaler/replaced-since"
"""Annotation with the time (Unix seconds) at which the node's replacement was decided."""
PAUSE_SECONDS = 6 * 3600
"""After a replacement that came to nothing the node is left alone for so long: what spoils one spoils the next, too."""


def replaced_since(node: Node) -> float | None:
    """Return since when the node is to be replaced, None without a note that can be read."""
    text = annotation(node, REPLACED_SINCE) or ""
    return float(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_TIME_DIGITS else None


def is_being_replaced(node: Node, now: float, window_seconds: float) -> bool:
    """Tell whether the node's replacement is under way: decided at most so long ago, and not in the future."""
    since = replaced_since(node)
    return since is not None and 0 <= now - since < window_seconds


def may_be_replaced(node: Node, now: float) -> bool:
    """Tell whether no replacement of the node is under way or has failed lately."""
    since = replaced_since(node)
    return since is None or now - since >= PAUSE_SECONDS


def note_replacement(node: Node, now: float) -> dict[str, Any]:
    """Return the patch that notes it; the resource version keeps it from a node that changed since it was read."""
    metadata = {"resourceVersion": node.metadata.resource_version, "annotations": {REPLACED_SINCE: str(int(now))}}
    return {"metadata": metadata}
