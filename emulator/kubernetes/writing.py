"""POST, PUT, PATCH and DELETE of objects, and the eviction of pods."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast

from emulator.kubernetes.kinds import BUDGET, LEASE, NAMESPACE, NODE, POD, ResourceKind
from emulator.kubernetes.object_fields import Object, changed, merged, spec_of, status_of
from emulator.kubernetes.pod_deletion import DeleteOptions, delete_pod, evict
from emulator.kubernetes.status import (
    StatusError,
    already_exists,
    bad_request,
    conflict,
    invalid_field,
    not_found,
    stale,
    terminating,
)
from emulator.kubernetes.validation import check_changed, check_new

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.kubernetes.request_target import RequestTarget
    from emulator.kubernetes.store import Store, Stored

MERGE_PATCH = "application/merge-patch+json"
_WITH_STATUS = {NODE, POD, BUDGET}
"""Kinds whose status a write to the object itself does not touch."""


class Writer:
    """Writes to a store; `clock` is epoch seconds."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def create(self, target: RequestTarget, body: Object) -> Stored:
        """Add an object. Raises StatusError 400, 403 (namespace being terminated), 404 (namespace), 409 or 422."""
        item = self._named(target, body)
        name = item["metadata"]["name"]
        check_new(target.kind, item)
        namespace = self._store.find(NAMESPACE, target.namespace) if target.namespace else None
        if target.namespace and namespace is None:
            raise not_found(NAMESPACE, target.namespace)
        if namespace is not None and status_of(namespace).get("phase") == "Terminating":
            raise terminating(target.kind, name, target.namespace)
        if self._store.find(target.kind, name, target.namespace) is not None:
            raise already_exists(target.kind, name)
        return self._store.create(target.kind, _with_defaults(target.kind, item))

    def update(self, target: RequestTarget, body: Object) -> tuple[Stored, bool]:
        """Replace an object; True when it was made. Raises StatusError 400, 404, 409 or 422."""
        item = self._named(target, body)
        version = item["metadata"].get("resourceVersion")
        before = self._store.find(target.kind, target.name, target.namespace)
        if before is None:
            # The real server creates a Lease on PUT (AllowCreateOnUpdate), and then wants a resourceVersion on every
            # further PUT: 422 without one. Asked of a kube-apiserver.
            if target.kind is LEASE and not version:
                return self.create(target, body), True
            raise not_found(target.kind, target.name)
        if not version and target.kind is LEASE:
            raise invalid_field(LEASE, target.name, "metadata.resourceVersion", "must be specified for an update")
        return self._replace(target.kind, before, item, version), False

    def patch(self, target: RequestTarget, content_type: str, patch: Object) -> Stored:
        """Merge a patch into an object. Raises StatusError 400, 404, 409, 415 or 422."""
        if content_type != MERGE_PATCH:
            raise StatusError(415, message=f"this server takes {MERGE_PATCH} only, not {content_type!r}")
        before = self._store.find(target.kind, target.name, target.namespace)
        if before is None:
            raise not_found(target.kind, target.name)
        version = (patch.get("metadata") or {}).get("resourceVersion")
        return self._replace(target.kind, before, cast("Object", merged(before, patch)), version)

    def delete(self, target: RequestTarget, options: Object) -> Object:
        """Delete an object, a pod gracefully; return it as it is on its way out. Raises StatusError 404 or 409."""
        item = self._store.find(target.kind, target.name, target.namespace)
        if item is None:
            raise not_found(target.kind, target.name)
        deletion = DeleteOptions.of(options)
        if target.kind is POD:
            delete_pod(self._store, item, deletion, self._clock())
            return self._store.find(POD, target.name, target.namespace) or item
        if deletion.uid is not None and deletion.uid != item["metadata"]["uid"]:
            raise conflict(target.kind, target.name, "Precondition failed: the UID differs")
        self._store.remove(target.kind, (target.namespace, target.name))
        return item

    def evict(self, target: RequestTarget, eviction: Object) -> None:
        """Evict a pod. Raises StatusError 400, 404, 409, 429 or 500."""
        name = (eviction.get("metadata") or {}).get("name")
        if eviction.get("kind") != "Eviction" or eviction.get("apiVersion") not in {"policy/v1", "policy/v1beta1"}:
            raise bad_request("an object of kind Eviction, apiVersion policy/v1, is expected")
        if name and name != target.name:
            raise bad_request("name in URL does not match name in Eviction object")
        pod = self._store.find(POD, target.name, target.namespace)
        if pod is None:
            raise not_found(POD, target.name)
        evict(self._store, pod, DeleteOptions.of(eviction.get("deleteOptions") or {}), self._clock())

    @staticmethod
    def _named(target: RequestTarget, body: Object) -> Object:
        """Return the body with the name and namespace that the path wants."""
        if body.get("kind", target.kind.name) != target.kind.name:
            raise bad_request(f"an object of kind {target.kind.name} is expected, not {body.get('kind')!r}")
        if body.get("apiVersion", target.kind.api_version) != target.kind.api_version:
            raise bad_request(f"apiVersion {target.kind.api_version} is expected, not {body.get('apiVersion')!r}")
        metadata = dict(body.get("metadata") or {})
        if metadata.get("namespace", target.namespace) != target.namespace:
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        if target.name and metadata.get("name") != target.name:
            raise bad_request("the name of the object does not match the name on the URL")
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + secrets.token_hex(3)[:5]
        if not metadata.get("name"):
            raise invalid_field(target.kind, "", "metadata.name", "Required value: name or generateName is required")
        if target.namespace:
            metadata["namespace"] = target.namespace
        return {**body, "metadata": metadata}

    def _replace(self, kind: ResourceKind, before: Object, wanted: Object, version: str | None) -> Stored:
        # Optimistic concurrency: a write that names a version fails when the object has moved on (409), one that names
        # none wins.
        held = before["metadata"]
        if version and version != held["resourceVersion"]:
            raise stale(kind, held["name"])
        kept = {name: held[name] for name in ("uid", "creationTimestamp", "resourceVersion")}
        if wanted["metadata"].get("uid", held["uid"]) != held["uid"]:
            raise conflict(kind, held["name"], "Precondition failed: the UID differs")
        after = {name: value for name, value in wanted.items() if name not in {"kind", "apiVersion"}}
        after["metadata"] = {**wanted["metadata"], **kept}
        if kind in _WITH_STATUS:
            after["status"] = before.get("status", {})
        check_changed(kind, before, after)
        # Only a change of the specification makes a new generation; a budget refuses evictions until its status has it.
        if "generation" in held and spec_of(after) != spec_of(before):
            after = changed(after, ("metadata.generation", held["generation"] + 1))
        return self._store.replace(kind, after)


def _with_defaults(kind: ResourceKind, item: Object) -> Object:
    """Return a new object with what the server adds: a pod starts Pending, specifications count generations."""
    if kind is POD and not (item.get("status") or {}).get("phase"):
        item = changed(item, ("status.phase", "Pending"))
    if "spec" in item and kind is not POD:
        item = changed(item, ("metadata.generation", 1))
    return item
