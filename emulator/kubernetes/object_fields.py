"""Kubernetes objects as JSON values, and the small things that everybody does with them.

An object in the store is never changed in place: whoever changes one makes a new one with `changed` or `merged`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Object = dict[str, Any]
Key = tuple[str, str]
"""Namespace (empty for cluster-scoped objects) and name."""

_SUFFIXES = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
_QUANTITY = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)")
LARGEST_INTEGER = 2**63 - 1


def key_of(item: Object) -> Key:
    """Return namespace and name."""
    metadata = item["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def spec_of(item: Object) -> Object:
    """Return the spec, empty when there is none."""
    spec: Object = item.get("spec") or {}
    return spec


def status_of(item: Object) -> Object:
    """Return the status, empty when there is none."""
    status: Object = item.get("status") or {}
    return status


def labels_of(item: Object) -> dict[str, str]:
    """Return the labels."""
    labels: dict[str, str] = item["metadata"].get("labels") or {}
    return labels


def owner_of(item: Object) -> Object | None:
    """Return the controlling owner reference."""
    owners: list[Object] = item["metadata"].get("ownerReferences") or []
    return next((owner for owner in owners if owner.get("controller")), None)


def owner_uid_of(item: Object) -> str:
    """Return the uid of the controlling owner, empty when there is none."""
    owner = owner_of(item)
    return "" if owner is None else str(owner["uid"])


def condition_of(item: Object, kind: str) -> Object | None:
    """Return a condition of the status by its type."""
    conditions: list[Object] = status_of(item).get("conditions") or []
    return next((condition for condition in conditions if condition.get("type") == kind), None)


def is_true(item: Object, kind: str) -> bool:
    """Tell whether a condition is there and True."""
    condition = condition_of(item, kind)
    return condition is not None and condition.get("status") == "True"


def is_finished(pod: Object) -> bool:
    """Tell whether a pod has run to its end."""
    return status_of(pod).get("phase") in {"Succeeded", "Failed"}


def is_leaving(item: Object) -> bool:
    """Tell whether the object is being deleted."""
    return bool(item["metadata"].get("deletionTimestamp"))


def node_name_of(pod: Object) -> str:
    """Return the node that a pod is bound to, empty when it is not."""
    return str(spec_of(pod).get("nodeName") or "")


def changed(item: Object, *changes: tuple[str, object]) -> Object:
    """Return a copy with values set at dotted paths; None takes the key away. Only the dicts on the way are copied."""
    made = dict(item)
    for path, value in changes:
        *parents, last = path.split(".")
        inner = made
        for parent in parents:
            inner[parent] = dict(inner.get(parent) or {})
            inner = inner[parent]
        if value is None:
            inner.pop(last, None)
        else:
            inner[last] = value
    return made


def merged(item: object, patch: object) -> object:
    """Return what a JSON merge patch makes of a value (RFC 7386)."""
    if not isinstance(patch, Mapping):
        return patch
    base = dict(item) if isinstance(item, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            base.pop(name, None)
        else:
            base[name] = merged(base.get(name), value)
    return base


def with_condition(item: Object, condition: Object) -> Object:
    """Return a copy with one condition set, in place of the one of its type."""
    old: Iterable[Object] = status_of(item).get("conditions") or []
    kept = [one for one in old if one.get("type") != condition["type"]]
    return changed(item, ("status.conditions", [*kept, condition]))


def parse_quantity(text: object) -> Decimal:
    """Return a resource quantity as a number. Raises ValueError for one that the API server refuses.

    Its form is wide: ``1e003``, ``1E300`` and ``m`` are quantities, and are stored as they came. What has a binary
    suffix is capped. Source: k8s.io/apimachinery, pkg/api/resource/quantity.go (``ParseQuantity``).
    """
    written = str(text).strip()
    match = _QUANTITY.fullmatch(written)
    if match is None or not written or abs(int(match[4] or 0)) > 2**31 - 1:
        raise ValueError(f"{text!r} is not a quantity")
    sign, whole, decimals, exponent, suffix = match.groups()
    digits, power = f"{whole}{decimals or ''}" or "0", int(exponent or 0) - len(decimals or "")
    number = Decimal(f"{sign}{digits}e{max(-2000, min(2000, power))}") * _SUFFIXES[suffix or ""]
    return min(number, Decimal(LARGEST_INTEGER)) if (suffix or "").endswith("i") else number


def at(epoch_seconds: float) -> str:
    """Return a time as objects carry it: RFC 3339, whole seconds, UTC."""
    return datetime.fromtimestamp(int(epoch_seconds), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text: str) -> float:
    """Return epoch seconds of an object's time."""
    return datetime.fromisoformat(text).timestamp()
