"""Label selectors, node selectors and tolerations: whether this matches that.

Rules of https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ and
https://kubernetes.io/docs/concepts/scheduling-eviction/; an operator that is not known never matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.model.kubernetes_objects import (
        LabelSelector,
        NodeSelector,
        Requirement,
        Taint,
        Toleration,
    )

HARD_EFFECTS = frozenset({"NoSchedule", "NoExecute"})
LABEL_OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})
NODE_OPERATORS = LABEL_OPERATORS | {"Gt", "Lt"}
NAME_FIELD = "metadata.name"


def requirement_holds(row: Requirement, labels: Mapping[str, str]) -> bool:
    """Tell whether one row of a selector holds for labels; Gt and Lt compare whole numbers."""
    value, values = labels.get(row.key), row.values or ()
    match row.operator:
        case "In":
            return value is not None and value in values
        case "NotIn":
            return value is None or value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt":
            return value is not None and _compares(row.operator, value, values)
    return False


def _compares(operator: str, value: str, values: Sequence[str]) -> bool:
    try:
        left, right = int(value), int(values[0])
    except (ValueError, IndexError):
        return False
    return left > right if operator == "Gt" else left < right


def selects(selector: LabelSelector | None, labels: Mapping[str, str]) -> bool:
    """Tell whether a label selector selects labels: null selects nothing, an empty one everything."""
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in (selector.match_labels or {}).items()):
        return False
    return all(requirement_holds(row, labels) for row in selector.match_expressions or ())


def node_selected(selector: NodeSelector, labels: Mapping[str, str], name: str) -> bool:
    """Tell whether a node selector selects a node: one of its terms holds; an empty term never does."""
    fields = {NAME_FIELD: name}
    for term in selector.node_selector_terms or ():
        rows, field_rows = term.match_expressions or (), term.match_fields or ()
        if not rows and not field_rows:
            continue
        if all(requirement_holds(row, labels) for row in rows) and all(
            requirement_holds(row, fields) for row in field_rows
        ):
            return True
    return False


def tolerated(taint: Taint, tolerations: Iterable[Toleration]) -> bool:
    """Tell whether one of the tolerations tolerates the taint."""
    return any(_tolerates(toleration, taint) for toleration in tolerations)


def _tolerates(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator == "Exists":
        return True
    return toleration.operator in (None, "", "Equal") and (toleration.value or "") == (taint.value or "")


def first_untolerated(taints: Iterable[Taint], tolerations: Sequence[Toleration]) -> Taint | None:
    """Return the first taint that keeps a pod with these tolerations off a node."""
    for taint in taints:
        if taint.effect in HARD_EFFECTS and not tolerated(taint, tolerations):
            return taint
    return None
