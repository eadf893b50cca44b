"""Requests and amounts of an object without what cannot be counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.quantity import quantity_fault

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.kubernetes_objects import Requests

Note = Callable[[str, object, str], None]
"""Takes the path, the value and the fault of what cannot be read."""


def countable(requests: Requests | None) -> bool:
    """Tell whether all amounts can be counted."""
    if requests:
        for name, text in requests.items():
            if quantity_fault(name, text):
                return False
    return True


def check_requests(requests: Requests | None, path: str, note: Note) -> None:
    """Leave out the amounts that cannot be counted."""
    if requests is None or countable(requests):
        return
    for name, text in list(requests.items()):
        if fault := quantity_fault(name, text):
            note(f"{path}.{name}", text, fault)
            del requests[name]
