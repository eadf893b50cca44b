"""The entries of `headroom`: pods of a given size that must always fit, without pods that stand for them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

KEYS = ("cpu", "memory", "count", "node_selector", "tolerations")
MAX_COUNT = 1000
MAX_ENTRIES = 50
"""Each entry is one more kind of pod in every decision."""

_QUANTITY = re.compile(r"\d{1,15}(\.\d{1,9})?(m|[kMGT]|[KMGT]i)?", re.ASCII)
_TOLERATION_KEYS = {"key", "operator", "value", "effect"}


@dataclass(frozen=True, slots=True)
class Headroom:
    """``count`` pods of one size, with the labels and taints of the nodes that they may use."""

    cpu: str
    memory: str
    count: int
    node_selector: tuple[tuple[str, str], ...] = ()
    tolerations: tuple[tuple[tuple[str, str], ...], ...] = ()
    """The fields of each toleration, by name."""


def parse_headroom(text: str) -> tuple[Headroom, ...]:
    """Return the entries of a JSON list; ValueError names the entry and the key at fault."""
    try:
        value = json.loads(text)
    except ValueError as fault:
        raise ValueError(f"is no JSON: {fault}") from None
    if not isinstance(value, list):
        raise ValueError("must be a JSON list of {cpu, memory, count, node_selector, tolerations}")  # noqa: TRY004
    if len(value) > MAX_ENTRIES:
        raise ValueError(f"has {len(value)} entries, more than {MAX_ENTRIES}")
    return tuple(_entry(index, entry) for index, entry in enumerate(value))


def _entry(index: int, entry: Any) -> Headroom:  # noqa: ANN401  (any JSON value)
    if not isinstance(entry, dict):
        raise ValueError(f"[{index}] must be an object")  # noqa: TRY004  (settings report ValueError)
    unknown = sorted(set(entry) - set(KEYS))
    if unknown:
        raise ValueError(f"[{index}] has unknown keys: {', '.join(unknown)}")
    count = entry.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_COUNT:
        raise ValueError(f"[{index}].count must be a whole number from 1 to {MAX_COUNT}")
    selector = entry.get("node_selector") or {}
    if not _is_texts(selector):
        raise ValueError(f"[{index}].node_selector must be an object of texts")
    tolerations = entry.get("tolerations") or []
    if not isinstance(tolerations, list) or not all(_is_toleration(each) for each in tolerations):
        raise ValueError(f"[{index}].tolerations must be a list of {{key, operator, value, effect}}, all texts")
    return Headroom(
        _quantity(index, "cpu", entry.get("cpu")),
        _quantity(index, "memory", entry.get("memory")),
        count,
        tuple(sorted(selector.items())),
        tuple(tuple(sorted(each.items())) for each in tolerations),
    )


def _quantity(index: int, key: str, value: Any) -> str:  # noqa: ANN401
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _QUANTITY.fullmatch(text):
        raise ValueError(f"[{index}].{key} must be a quantity such as 500m or 2Gi")
    return text


def _is_texts(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_toleration(value: Any) -> bool:  # noqa: ANN401
    return _is_texts(value) and not set(value) - _TOLERATION_KEYS
