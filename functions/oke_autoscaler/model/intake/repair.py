"""An object with fields of other types than the API has, without those fields: the rest of it is as good as any.

A list is decoded as a whole, which is what makes it fast, so one odd item would be the end of all of them. Only when
that fails, each is decoded on its own, and the odd ones come here.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, TypeVar

import msgspec

from functions.oke_autoscaler.model.unreadable import Unreadable, shown_value

T = TypeVar("T", bound=msgspec.Struct)

MAX_FAULTS = 50
"""Odd fields of one object; an object with more is no object of its kind."""

_PATH = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)
_FOUND = re.compile(r"got `(\w+)`")
_INDEX = re.compile(r"\[(\d+)\]")
ANY_ENTRY = "[...]"
"""How msgspec writes an entry of a map, whose key it does not tell."""

_TYPES: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": float, "array": list, "object": dict}


def repaired(raw: bytes, kind: type[T], kind_name: str) -> tuple[T | None, Unreadable]:
    """Return the object of a JSON text without what does not fit (None without a name), and the first misfit."""
    try:
        data = json.loads(raw, parse_float=_finite)
    except (ValueError, RecursionError) as fault:
        return None, Unreadable(kind_name, "?", "$", shown_value(bytes(raw)[:40]), str(fault)[:80])
    name, first = _name(data), None
    for _ in range(MAX_FAULTS):
        try:
            item = msgspec.json.decode(json.dumps(data), type=kind)  # and not converted: parts of it stay JSON
        except (msgspec.ValidationError, RecursionError) as fault:
            path, value = _take_out(data, str(fault))
            text = _PATH.sub("", str(fault))[:80]
            first = first or Unreadable(kind_name, name, path or "$", shown_value(value), text)
            if not path:
                return None, first
        else:
            break
    else:
        item = None
    return item, first or Unreadable(kind_name, name, "$", shown_value(data), "is no object of its kind")


def _finite(text: str) -> float | str:
    """Return a number of a JSON text; one that no float holds stays a text, which fits nowhere."""
    return float(text) if math.isfinite(float(text)) else text


def _name(data: object) -> str:
    """Return ``namespace/name`` as far as both can be read."""
    meta = data.get("metadata") if isinstance(data, dict) else None
    parts = [meta.get("namespace"), meta.get("name")] if isinstance(meta, dict) else []
    return "/".join(str(part)[:100] for part in parts if part is not None) or "?"


def _take_out(data: object, fault: str) -> tuple[str, object]:
    """Take what the fault is about out of ``data``; return its path and its value, an empty path when there is none."""
    found = _PATH.search(fault)
    path = found[1] if found else ""
    steps = _steps(data, path.removesuffix(ANY_ENTRY))
    if not path or steps is None:
        return "", data
    holder, key = steps
    if path.endswith(ANY_ENTRY):
        return _take_entries(holder[key] if key is not None else holder, path, fault)
    return path, holder.pop(key)


def _take_entries(entries: Any, path: str, fault: str) -> tuple[str, object]:  # noqa: ANN401  (whatever JSON held)
    """Take out the entries of a map that have the type which the fault names."""
    named = _FOUND.search(fault)
    wrong = named[1] if named else ""
    odd = {key: value for key, value in entries.items() if _type_of(value) == wrong}
    for key in odd:
        del entries[key]
    where = path.removesuffix(ANY_ENTRY)
    return next(((f"{where}.{key}", value) for key, value in odd.items()), ("", entries))


def _type_of(value: object) -> str:
    """Return msgspec's word for the type of a JSON value."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "bool"
    return next(name for name, kind in _TYPES.items() if isinstance(value, kind))


def _steps(data: Any, path: str) -> tuple[Any, Any] | None:  # noqa: ANN401  (whatever JSON held)
    """Return what holds the value at a path, and its key there; None where the path leads nowhere.

    A key may hold points and slashes (annotations do), so the longest key that fits is the step.
    """
    holder, key, here = data, None, data
    while path:
        index = _INDEX.match(path)
        if isinstance(here, list) and index:
            holder, key, path = here, int(index[1]), path[index.end() :]
        elif isinstance(here, dict):
            path = path.removeprefix(".")
            fitting = [name for name in here if path == name or path.startswith((f"{name}.", f"{name}["))]
            if not fitting:
                return None
            holder, key = here, max(fitting, key=len)
            path = path[len(key) :]
        else:
            return None
        here = holder[key]
    return holder, key
