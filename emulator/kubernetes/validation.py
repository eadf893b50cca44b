"""What the server refuses in an object that is created or changed. Pure.

Each rule was asked of a real kube-apiserver; see the documentation of each kind in
https://kubernetes.io/docs/reference/kubernetes-api/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from emulator.kubernetes.kinds import BY_NAME, EVENT, LEASE, NODE, POD, ResourceKind
from emulator.kubernetes.object_fields import Object, parse_quantity, spec_of
from emulator.kubernetes.status import StatusError, bad_request, invalid_field

_MICRO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_EFFECTS = {"NoSchedule", "PreferNoSchedule", "NoExecute"}
_FREE_NAMES = {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}


def check_new(kind: ResourceKind, item: Object) -> None:
    """Check an object that is to be created. Raises StatusError 400 or 422."""
    name = item["metadata"]["name"]
    if kind.name not in _FREE_NAMES and not _NAME.fullmatch(name):
        raise invalid_field(
            kind, name, "metadata.name", f"Invalid value: {name!r}: must be a lowercase RFC 1123 subdomain"
        )
    if item["metadata"].get("resourceVersion"):
        raise bad_request("resourceVersion should not be set on objects to be created")
    _check(kind, item)


def check_changed(kind: ResourceKind, before: Object, after: Object) -> None:
    """Check a new version of an object. Raises StatusError 400, 403 or 422."""
    old, new = before["metadata"], after["metadata"]
    for field in ("name", "namespace", "uid"):
        if new.get(field) != old.get(field):
            raise invalid_field(kind, old["name"], f"metadata.{field}", "field is immutable")
    provider = spec_of(before).get("providerID")
    if kind is NODE and provider and spec_of(after).get("providerID") != provider:
        raise invalid_field(
            kind, old["name"], "spec.providerID", "Forbidden: node updates may not change it once it is set"
        )
    if kind is POD and spec_of(before).get("nodeName") != spec_of(after).get("nodeName"):
        raise invalid_field(kind, old["name"], "spec.nodeName", "Forbidden: pod updates may not change it")
    _check(kind, after)


def _check(kind: ResourceKind, item: Object) -> None:
    labels = item["metadata"].get("labels") or {}
    for label, value in labels.items():
        if not isinstance(value, str):
            raise bad_request(f"{kind.name} in version {kind.version!r} cannot be handled: label {label} is no string")
    check = _CHECKS.get(kind)
    if check is not None:
        check(item)


def _check_lease(item: Object) -> None:
    spec, name = spec_of(item), item["metadata"]["name"]
    for field in ("acquireTime", "renewTime"):
        text = spec.get(field)
        if text is not None and not _MICRO_TIME.fullmatch(str(text)):
            raise bad_request(f"Lease in version 'v1' cannot be handled: {field} {text!r} needs six decimals")
    duration, transitions = spec.get("leaseDurationSeconds"), spec.get("leaseTransitions")
    _check_integers("Lease", leaseDurationSeconds=duration, leaseTransitions=transitions)
    if duration is not None and duration <= 0:
        raise invalid_field(
            LEASE, name, "spec.leaseDurationSeconds", f"Invalid value: {duration}: must be greater than 0"
        )
    if transitions is not None and transitions < 0:
        raise invalid_field(LEASE, name, "spec.leaseTransitions", "must be greater than or equal to 0")


def _check_event(item: Object) -> None:
    involved, metadata = item.get("involvedObject") or {}, item["metadata"]
    kind = BY_NAME.get(str(involved.get("kind")))
    inside = str(involved.get("namespace") or "")
    is_clusterwide = kind is not None and not kind.namespaced
    wanted = "default" if is_clusterwide or not inside else inside
    if metadata["namespace"] != wanted or (is_clusterwide and inside not in {"", "default"}):
        why = f"Invalid value: {inside!r}: does not match event.namespace {metadata['namespace']!r}"
        raise invalid_field(EVENT, metadata["name"], "involvedObject.namespace", why)
    for field in ("firstTimestamp", "lastTimestamp"):
        _check_time("Event", field, item.get(field), _TIME)
    _check_time("Event", "eventTime", item.get("eventTime"), _MICRO_TIME)
    _check_integers("Event", count=item.get("count"))


def _check_node(item: Object) -> None:
    name, seen = item["metadata"]["name"], set()
    unschedulable = spec_of(item).get("unschedulable")
    if unschedulable is not None and not isinstance(unschedulable, bool):
        raise bad_request("Node in version 'v1' cannot be handled: spec.unschedulable is no bool")
    for at, taint in enumerate(spec_of(item).get("taints") or []):
        field = f"spec.taints[{at}]"
        if not taint.get("key"):
            raise invalid_field(NODE, name, f"{field}.key", "Required value")
        if taint.get("effect") not in _EFFECTS:
            raise invalid_field(NODE, name, f"{field}.effect", f"Unsupported value: {taint.get('effect')!r}")
        if not _LABEL_VALUE.fullmatch(taint.get("value") or ""):
            raise invalid_field(NODE, name, f"{field}.value", "must be a valid label value")
        if (taint["key"], taint["effect"]) in seen:
            raise invalid_field(NODE, name, field, "Duplicate value")
        seen.add((taint["key"], taint["effect"]))


def _check_pod(item: Object) -> None:
    name, containers = item["metadata"]["name"], spec_of(item).get("containers")
    if not containers:
        raise invalid_field(POD, name, "spec.containers", "Required value")
    for at, container in enumerate(containers):
        for resource, amount in ((container.get("resources") or {}).get("requests") or {}).items():
            try:
                parse_quantity(amount)
            except ValueError:
                field = f"spec.containers[{at}].resources.requests[{resource}]"
                raise bad_request(f"Pod in version 'v1' cannot be handled: {field}: {amount!r}") from None


def _check_time(kind: str, field: str, text: object, pattern: re.Pattern[str]) -> None:
    if text is not None and not pattern.fullmatch(str(text)):
        raise bad_request(f"{kind} in version 'v1' cannot be handled: {field} {text!r} is no such time")


def _check_integers(kind: str, **fields: Any) -> None:  # noqa: ANN401  (whatever JSON held)
    for field, value in fields.items():
        if value is not None and type(value) is not int:
            raise bad_request(f"{kind} in version 'v1' cannot be handled: {field} is no integer")


def check_data(item: Object) -> None:
    """Check a ConfigMap: its values are strings, at most 1 MiB in all. Raises StatusError 400 or 422."""
    data = item.get("data") or {}
    if any(not isinstance(value, str) for value in data.values()):
        raise bad_request("ConfigMap in version 'v1' cannot be handled: a value of data is no string")
    if sum(len(value.encode()) for value in data.values()) > 1024 * 1024:
        raise StatusError(422, "Invalid", "ConfigMap is invalid: data: Too long: must have at most 1048576 bytes")


_CHECKS: dict[ResourceKind, Callable[[Object], None]] = {
    LEASE: _check_lease,
    EVENT: _check_event,
    NODE: _check_node,
    POD: _check_pod,
    BY_NAME["ConfigMap"]: check_data,
}
