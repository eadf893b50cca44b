"""Node pools found by their tags: which tags a pool must have, and the bounds that its own tags give.

As Cluster Autoscaler's OCI provider does it (`--node-group-auto-discovery`): a tag whose key is ``namespace.key`` is a
defined tag, any other a freeform one, all must match, and the freeform tags ``minSize`` and ``maxSize`` of a pool come
before the bounds of the configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.pool_settings import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

Tags = tuple[tuple[str, str], ...]

MIN_SIZE_TAG = "minSize"
MAX_SIZE_TAG = "maxSize"


def parse_tags(text: str) -> Tags:
    """Return the tags of ``key=value``, several joined by ``&``; ValueError names the part at fault."""
    found: dict[str, str] = {}
    for part in text.split("&"):
        key, equals, value = part.strip().partition("=")
        if not key or not equals or not value:
            raise ValueError(f"must be key=value, several joined by &; {part[:60]!r} is none")
        if key in found:
            raise ValueError(f"names the tag {key} twice")
        found[key] = value
    return tuple(found.items())


def has_tags(wanted: Tags, freeform: Mapping[str, str] | None, defined: Mapping[str, Any] | None) -> bool:
    """Tell whether a pool has all the tags wanted."""
    return all(_value(key, freeform or {}, defined or {}) == value for key, value in wanted)


def tagged_bounds(freeform: Mapping[str, str] | None, lowest: int, highest: int | None) -> tuple[int, int]:
    """Return minimum and maximum of a pool: its tags first, then the configuration's; ValueError without a maximum."""
    tags = freeform or {}
    low, high = _size(tags, MIN_SIZE_TAG, lowest), _size(tags, MAX_SIZE_TAG, highest)
    if high is None:
        raise ValueError(f"has no tag {MAX_SIZE_TAG}, and node_pool_max_size is not set")
    if high < (low or 0):
        raise ValueError(f"has {MAX_SIZE_TAG} {high}, below its minimum of {low}")
    return low or 0, high


def _value(key: str, freeform: Mapping[str, str], defined: Mapping[str, Any]) -> str | None:
    namespace, dot, name = key.partition(".")
    if dot and "." not in name:
        value = (defined.get(namespace) or {}).get(name)
        return None if value is None else str(value)
    return freeform.get(key)


def _size(tags: Mapping[str, str], name: str, default: int | None) -> int | None:
    text = tags.get(name)
    if text is None:
        return default
    if not (text.strip().isascii() and text.strip().isdigit()) or int(text) > NO_LIMIT:
        raise ValueError(f"has a tag {name} of {text[:20]!r}, which is no whole number up to {NO_LIMIT}")
    return int(text)
