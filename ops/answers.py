"""What the answer of a function of the suite means: success is what is recognised, everything else is an error.

An empty answer, a page of HTML, `{"code": 502, …}` of a service or a JSON value of another program are none of ours:
for a schedule they are errors.
"""

from __future__ import annotations

import json
from typing import Any, Literal

Kind = Literal["success", "warning", "error", "unknown"]

CARD_FAILURE_ICON = "fail"
"""Icon of every failure that codecard-avatar, or the card's backend, shows on a card."""


def kind_of(answer: bytes) -> Kind:
    """Return what an answer means; ``unknown`` for one that no function of the suite gives."""
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return "unknown"
    if isinstance(value, list):  # adw-billing: the names of the reports loaded
        return "success" if all(isinstance(each, str) for each in value) else "unknown"
    return _of_object(value) if isinstance(value, dict) else "unknown"


def _of_object(value: dict[str, Any]) -> Kind:
    if "error" in value:
        return "error"
    if "node-pools" in value:  # oke-autoscaler with several pools
        return _worst_pool(value["node-pools"])
    if "preflight" in value:
        return _of_preflight(value["preflight"])
    if "template" in value:  # codecard-avatar
        return "error" if value.get("icon") == CARD_FAILURE_ICON else "success"
    if isinstance(value.get("warning"), dict):
        return "warning"
    return "success" if _is_success(value) else "unknown"


def _is_success(value: dict[str, Any]) -> bool:
    """Tell whether an object is a success of oke-autoscaler, the detail of adw-billing or request-context's answer."""
    return (
        isinstance(value.get("success"), dict)
        or (isinstance(value.get("reports"), list) and isinstance(value.get("remaining"), int))
        or isinstance(value.get("Message"), str)
    )


def _worst_pool(pools: object) -> Kind:
    """Return the worst of the pools' answers."""
    if not isinstance(pools, list) or not pools or not all(isinstance(each, dict) for each in pools):
        return "unknown"
    kinds = {_of_object(each) for each in pools}
    order: tuple[Kind, ...] = ("error", "unknown", "warning", "success")
    return next(kind for kind in order if kind in kinds)


def _of_preflight(answer: object) -> Kind:
    ok = answer.get("ok") if isinstance(answer, dict) else None
    if not isinstance(ok, bool):
        return "unknown"
    return "success" if ok else "error"
