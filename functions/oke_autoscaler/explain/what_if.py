"""`--what-if`: other settings, and pods that are not there yet, in a decision on a snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.model.intake.readable import check
from functions.oke_autoscaler.model.kubernetes_objects import Pod
from functions.oke_autoscaler.pool_settings import READERS
from functions.oke_autoscaler.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from functions.oke_autoscaler.model.snapshot import Snapshot

Json = dict[str, Any]

ADD = "add"
"""The key of a manifest."""
POOL_KEYS = frozenset(READERS) - {"id"}
MAX_PODS = 100_000
"""Pods that manifests may add."""
TOO_MANY = f"more than {MAX_PODS} pods to add"
OPTION = "--what-if"


@dataclass(slots=True)
class WhatIf:
    """What is to be otherwise."""

    settings: dict[str, str] = field(default_factory=dict)
    """Config keys of the call."""
    pools: list[tuple[str, str, Any]] = field(default_factory=list)
    """Pool by name or OCID (empty: all of them), key of `node_pools`, value."""
    pods: list[Pod] = field(default_factory=list)

    def with_pods(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with the further pods."""
        there = {pod.key for pod in snapshot.pods}
        for pod in self.pods:
            if pod.key in there:
                raise BadSnapshot(OPTION, f"pod {pod.key} is there already: give the manifest another name")
        return replace(snapshot, pods=[*snapshot.pods, *self.pods])

    def with_pool_settings(self, settings: Settings, snapshot: Snapshot) -> Settings:
        """Return the settings with the pools' own keys changed."""
        if not self.pools:
            return settings
        names = {pool.id: pool.name for pool in snapshot.pools or ()}
        known = {*names, *names.values()}
        pools = settings.pools
        for wanted, key, value in self.pools:
            if wanted and wanted not in known:
                raise BadSnapshot(OPTION, f"{wanted} is no node pool of the snapshot: {', '.join(sorted(known))[:200]}")
            pools = tuple(
                replace(pool, **{key: value}) if wanted in {"", pool.id, names.get(pool.id)} else pool for pool in pools
            )
        for pool in pools:
            if pool.max_size < pool.min_size:
                text = f"{names.get(pool.id, pool.id)}: max_size {pool.max_size} is below min_size {pool.min_size}"
                raise BadSnapshot(OPTION, text)
        return replace(settings, node_pools=pools, node_pool_id=(), node_pool_tag=(), schedules=())


def read_what_if(texts: Iterable[str]) -> WhatIf:
    """Return what the values of the option say. Raises BadSnapshot."""
    found = WhatIf()
    call_keys = {each.name for each in fields(Settings)}
    for text in texts:
        name, equals, value = text.partition("=")
        pool, _, key = name.rpartition(".")
        if not equals:
            raise BadSnapshot(OPTION, f"{text[:80]!r} is not KEY=VALUE")
        if name == ADD:
            found.pods += read_manifest(value)
        elif key in POOL_KEYS and (pool or name not in call_keys):
            found.pools.append((pool, key, _pool_value(key, value)))
        elif name in call_keys:
            found.settings[name] = value
        else:
            known = ", ".join(sorted({*POOL_KEYS, *call_keys}))
            fault = f"{name[:80]!r} is neither {ADD}, nor a key of the config or of node_pools: {known}"
            raise BadSnapshot(OPTION, fault)
        if len(found.pods) > MAX_PODS:
            raise BadSnapshot(OPTION, TOO_MANY)
    return found


def _pool_value(key: str, text: str) -> Any:  # noqa: ANN401  (of any key)
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    try:
        return READERS[key](value)
    except ValueError as fault:
        raise BadSnapshot(OPTION, f"{key} {fault}") from None


def read_manifest(name: str) -> list[Pod]:
    """Return the pods that the objects of a manifest would make, pending. Raises BadSnapshot."""
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSnapshot(OPTION, f"{name} cannot be read: {getattr(fault, 'strerror', None) or 'no text'}") from None
    return pods_of_manifest(text, name)


def pods_of_manifest(text: str, name: str) -> list[Pod]:
    """Return the pods that the objects of a text (of ``name``) would make, pending. Raises BadSnapshot."""
    pods: list[Pod] = []
    for item in _objects(_documents(text, name)):
        pods += _pods_of(item, name)
    if not pods:
        raise BadSnapshot(OPTION, f"{name} has no {', '.join(sorted(_COUNTS))}")
    return pods


def _documents(text: str, name: str) -> list[Any]:
    if text.lstrip().startswith("{"):
        try:
            return [json.loads(text)]
        except (ValueError, RecursionError) as fault:
            raise BadSnapshot(OPTION, f"{name} is no JSON: {str(fault)[:200]}") from None
    try:
        import yaml  # of the checkout, and of no image: there a manifest is given as JSON
    except ImportError:
        raise BadSnapshot(OPTION, f"{name}: YAML cannot be read here; `kubectl … -o json` makes JSON of it") from None
    try:
        return list(yaml.safe_load_all(text))
    except (yaml.YAMLError, RecursionError) as fault:
        raise BadSnapshot(OPTION, f"{name} is no YAML: {str(fault)[:200]}") from None


def _objects(documents: Sequence[Any]) -> Iterator[Json]:
    for document in documents:
        if isinstance(document, dict) and isinstance(document.get("items"), list):
            yield from (item for item in document["items"] if isinstance(item, dict))
        elif isinstance(document, dict):
            yield document


def _replicas(spec: Json) -> int:
    return int(spec.get("replicas", 1))


def _job(spec: Json) -> int:
    parallelism, completions = int(spec.get("parallelism", 1)), spec.get("completions")
    return parallelism if completions is None else min(parallelism, int(completions))


_COUNTS = {
    "Pod": lambda _: 1,
    "Deployment": _replicas,
    "ReplicaSet": _replicas,
    "ReplicationController": _replicas,
    "StatefulSet": _replicas,
    "Job": _job,
}
"""Kinds that make pods, and how many at a time by their ``spec``."""


def _pods_of(item: Json, name: str) -> list[Pod]:
    """Return the pods of one object; none of an object that makes no pods, as a Service."""
    kind = item.get("kind")
    if kind not in _COUNTS:
        return []
    try:
        meta, spec = item.get("metadata") or {}, item.get("spec") or {}
        template = item if kind == "Pod" else spec["template"]
        # Refused before they are made: a few digits too many must not cost the memory of their pods.
        if (count := _COUNTS[kind](spec)) > MAX_PODS:
            raise BadSnapshot(OPTION, TOO_MANY)
        own = meta.get("name") or meta.get("generateName", "").rstrip("-") or "added"
        pods = [_pod(kind, own, meta, template, spec, number) for number in range(count)]
        found = msgspec.convert(pods, list[Pod], strict=True)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadSnapshot(OPTION, f"{name}: {kind} cannot be read: {str(fault)[:200]}") from None
    for pod in found:
        check(pod)
    return found


def _pod(kind: str, own: str, meta: Json, template: Json, spec: Json, number: int) -> Json:
    """Return one pending pod as the API server would store it."""
    pod_spec = dict(template.get("spec") or {})
    for key in ("containers", "initContainers"):
        pod_spec[key] = [_defaulted(each) for each in pod_spec.get(key) or ()]
    pod_spec.pop("nodeName", None)
    # A claim of a template is made for its pod, wherever that goes, as that of an ephemeral volume is.
    claims = [{"name": each["metadata"]["name"], "ephemeral": {}} for each in spec.get("volumeClaimTemplates") or ()]
    pod_spec["volumes"] = [*(pod_spec.get("volumes") or ()), *claims]
    inner = template.get("metadata") or {}
    metadata = {
        "name": own if kind == "Pod" else f"{own}-{number}",
        "namespace": meta.get("namespace") or "default",
        "labels": inner.get("labels"),
        "annotations": inner.get("annotations"),
        "ownerReferences": None if kind == "Pod" else [_owner(kind, own)],
    }
    return {"metadata": metadata, "spec": pod_spec, "status": {"phase": "Pending"}}


def _owner(kind: str, own: str) -> Json:
    """Return the reference to the controller; a Deployment's pods are of its ReplicaSet."""
    return {"kind": "ReplicaSet" if kind == "Deployment" else kind, "name": own, "apiVersion": "v1", "controller": True}


def _defaulted(container: Json) -> Json:
    """Return a container with what its limits ask for: a limit without a request is one (API defaults)."""
    resources = container.get("resources") or {}
    requests = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    return {**container, "resources": {"requests": requests}}
