"""Label and field selectors: those of objects and those of query strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulator.kubernetes.object_fields import Object, labels_of, node_name_of, status_of
from emulator.kubernetes.status import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SET = re.compile(r"\s*(?P<key>[^\s,!=()]+)\s+(?P<operator>in|notin)\s+\((?P<values>[^)]*)\)\s*")
_EQUAL = re.compile(r"\s*(?P<key>[^\s,!=()]+)\s*(?P<operator>==|=|!=)\s*(?P<value>[^,()]*?)\s*")
_EXISTS = re.compile(r"\s*(?P<not>!?)\s*(?P<key>[^\s,!=()]+)\s*")

_FIELDS: dict[str, Callable[[Object], str]] = {
    "metadata.name": lambda item: str(item["metadata"]["name"]),
    "metadata.namespace": lambda item: str(item["metadata"].get("namespace", "")),
    "spec.nodeName": node_name_of,
    "status.phase": lambda item: str(status_of(item).get("phase", "")),
    "spec.unschedulable": lambda item: str(bool((item.get("spec") or {}).get("unschedulable"))).lower(),
    "involvedObject.name": lambda item: str((item.get("involvedObject") or {}).get("name", "")),
}


def selector_matches(selector: Object | None, labels: Mapping[str, str]) -> bool:
    """Tell whether a LabelSelector matches labels: none matches nothing, an empty one everything."""
    if selector is None:
        return False
    wanted: dict[str, str] = selector.get("matchLabels") or {}
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    return all(expression_matches(one, labels) for one in selector.get("matchExpressions") or [])


def expression_matches(requirement: Object, labels: Mapping[str, str]) -> bool:
    """Tell whether one expression of a selector holds; node selectors add Gt and Lt."""
    operator, value = requirement["operator"], labels.get(requirement["key"])
    values: list[str] = requirement.get("values") or []
    if operator == "In":
        return value in values
    if operator == "NotIn":
        return value not in values
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    return value is not None and _compares(operator, value, values)


def _compares(operator: str, value: str, values: list[str]) -> bool:
    try:
        left, right = int(value), int(values[0])
    except (ValueError, IndexError):
        return False
    return left > right if operator == "Gt" else operator == "Lt" and left < right


def label_filter(text: str) -> Callable[[Object], bool]:
    """Return the test of a query's `labelSelector`. Raises StatusError 400."""
    selector = {"matchExpressions": [_requirement(part) for part in _parts(text)]}
    return lambda item: selector_matches(selector, labels_of(item))


def field_filter(text: str) -> Callable[[Object], bool]:
    """Return the test of a query's `fieldSelector`. Raises StatusError 400 for fields that have none."""
    tests: list[tuple[Callable[[Object], str], str, bool]] = []
    for part in filter(None, text.split(",")):
        match = _EQUAL.fullmatch(part)
        if match is None or match["key"] not in _FIELDS:
            raise bad_request(f"field label not supported: {part}")
        tests.append((_FIELDS[match["key"]], match["value"], match["operator"] != "!="))
    return lambda item: all((read(item) == value) is equal for read, value, equal in tests)


def _parts(text: str) -> list[str]:
    """Split at the commas that are not within parentheses."""
    return [part for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def _requirement(part: str) -> Object:
    if match := _SET.fullmatch(part):
        values = [value.strip() for value in match["values"].split(",")]
        return {"key": match["key"], "operator": "In" if match["operator"] == "in" else "NotIn", "values": values}
    if match := _EQUAL.fullmatch(part):
        operator = "NotIn" if match["operator"] == "!=" else "In"
        return {"key": match["key"], "operator": operator, "values": [match["value"]]}
    if match := _EXISTS.fullmatch(part):
        return {"key": match["key"], "operator": "DoesNotExist" if match["not"] else "Exists"}
    raise bad_request(f"unable to parse requirement: {part}")
