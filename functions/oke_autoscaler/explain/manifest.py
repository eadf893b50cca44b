"""Manifests: the pods that their objects would make, pending; other kinds are named."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.model.intake.readable import check
from functions.oke_autoscaler.model.kubernetes_objects import Pod

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Json = dict[str, Any]

MAX_PODS = 100_000
"""Pods that manifests may add."""
MAX_VALUES = 200_000
"""Values of a document with all its aliases written out: some characters of YAML can stand for billions."""
MAX_DEPTH = 100
OPTION = "--what-if"
SHOWN_KINDS = 5


def too_many(most: int) -> str:
    """Return what is wrong with more pods than that."""
    return f"more than {most} pods to add"


@dataclass(slots=True)
class Manifest:
    """What a manifest makes."""

    pods: list[Pod] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    """Objects that make no pods, or whose pods no node is bought for, as ``Service web``."""


def read_manifest(name: str) -> Manifest:
    """Return what the objects of a file would make. Raises BadSnapshot."""
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSnapshot(OPTION, f"{name} cannot be read: {getattr(fault, 'strerror', None) or 'no text'}") from None
    return pods_of_manifest(text, name)


def pods_of_manifest(text: str, name: str, most: int = MAX_PODS) -> Manifest:
    """Return what the objects of a text (of ``name``) would make, at most so many pods.

    Raises BadSnapshot, with the line at fault where there is one.
    """
    found = Manifest()
    for item in _objects(_documents(text, name)):
        kind = item.get("kind")
        if isinstance(kind, str) and kind in _COUNTS:
            found.pods += _pods_of(item, name, most)
        else:
            found.passed_over.append(_name_of(item))
        if len(found.pods) > most:
            raise BadSnapshot(OPTION, too_many(most))
    if not found.pods:
        known = ", ".join(sorted(_COUNTS))
        others = f", but {', '.join(found.passed_over[:SHOWN_KINDS])}" if found.passed_over else ""
        raise BadSnapshot(OPTION, f"{name} has no {known}{others}")
    return found


def _name_of(item: Json) -> str:
    """Return an object as people name it."""
    meta = item.get("metadata")
    own = meta.get("name") if isinstance(meta, dict) else None
    return f"{str(item.get('kind') or 'an object without kind')[:60]} {str(own or '')[:100]}".strip()


def _documents(text: str, name: str) -> list[Any]:
    if text.lstrip().startswith(("{", "[")):
        try:
            return [json.loads(text)]
        except json.JSONDecodeError as fault:
            raise BadSnapshot(OPTION, f"{name} is no JSON: line {fault.lineno}: {fault.msg}") from None
        except (ValueError, RecursionError) as fault:
            raise BadSnapshot(OPTION, f"{name} is no JSON: {str(fault)[:200]}") from None
    return _yaml_documents(text, name)


def _yaml_documents(text: str, name: str) -> list[Any]:
    try:
        import yaml
    except ImportError:
        raise BadSnapshot(OPTION, f"{name}: YAML cannot be read here; `kubectl … -o json` makes JSON of it") from None

    class Loader(yaml.SafeLoader):
        """Reads times as texts, as Kubernetes does: a label may look like one."""

        yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's own attribute)
            first: [each for each in found if each[0] != "tag:yaml.org,2002:timestamp"]
            for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    try:
        found = list(yaml.load_all(text, Loader))
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = f"line {mark.line + 1}: " if mark is not None else ""
        raise BadSnapshot(OPTION, f"{name} is no YAML: {line}{str(fault.problem or fault.context)[:200]}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise BadSnapshot(OPTION, f"{name} is no YAML: {str(fault)[:200]}") from None
    if any(_values(document, {}, 0) > MAX_VALUES for document in found):
        raise BadSnapshot(OPTION, f"{name} stands for more than {MAX_VALUES:,} values, or for itself, by its aliases")
    return found


def _values(value: Any, known: dict[int, int], depth: int) -> int:  # noqa: ANN401  (of any document)
    """Count the values of a document with its aliases written out; each is looked at once."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) in known:
        return known[id(value)]
    # Until it is counted it counts as too many: what holds itself never ends.
    known[id(value)] = MAX_VALUES + 1
    parts = value.values() if isinstance(value, dict) else value
    known[id(value)] = (
        1 + sum(_values(each, known, depth + 1) for each in parts) if depth < MAX_DEPTH else MAX_VALUES + 1
    )
    return known[id(value)]


def _objects(documents: Sequence[Any]) -> Iterator[Json]:
    """Yield the objects of documents, and of the lists among them."""
    for document in documents:
        if isinstance(document, dict) and isinstance(document.get("items"), list):
            yield from (item for item in document["items"] if isinstance(item, dict))
        elif isinstance(document, list):
            yield from (item for item in document if isinstance(item, dict))
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


def _pods_of(item: Json, name: str, most: int) -> list[Pod]:
    """Return the pods of one object."""
    kind = item["kind"]
    try:
        meta, spec = item.get("metadata") or {}, item.get("spec") or {}
        template = item if kind == "Pod" else spec["template"]
        # Refused before they are made: a few digits too many must not cost the memory of their pods.
        if (count := _COUNTS[kind](spec)) > most:
            raise BadSnapshot(OPTION, too_many(most))
        own = meta.get("name") or meta.get("generateName", "").rstrip("-") or "added"
        pods = [_pod(kind, own, meta, template, spec, number) for number in range(count)]
        found = msgspec.convert(pods, list[Pod], strict=True)
        msgspec.json.encode(found[:1])  # half a character (`\ud800` in JSON) is none that a snapshot can have
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as fault:
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
