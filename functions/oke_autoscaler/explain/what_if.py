"""`--what-if`: other settings, and pods that are not there yet, in a decision on a snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.manifest import MAX_PODS, OPTION, read_manifest, too_many
from functions.oke_autoscaler.pool_settings import READERS
from functions.oke_autoscaler.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.explain.manifest import Manifest
    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.model.snapshot import Snapshot

ADD = "add"
"""The key of a manifest."""
POOL_KEYS = frozenset(READERS) - {"id"}


@dataclass(slots=True)
class WhatIf:
    """What is to be otherwise."""

    settings: dict[str, str] = field(default_factory=dict)
    """Config keys of the call."""
    pools: list[tuple[str, str, Any]] = field(default_factory=list)
    """Pool by name or OCID (empty: all of them), key of `node_pools`, value."""
    pods: list[Pod] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    """Objects of manifests that make no pods, as ``Service web``."""

    def add(self, manifest: Manifest) -> None:
        """Take the pods of a manifest."""
        self.pods += manifest.pods
        self.passed_over += manifest.passed_over

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
            found.add(read_manifest(value))
        elif key in POOL_KEYS and (pool or name not in call_keys):
            found.pools.append((pool, key, _pool_value(key, value)))
        elif name in call_keys:
            found.settings[name] = value
        else:
            known = ", ".join(sorted({*POOL_KEYS, *call_keys}))
            fault = f"{name[:80]!r} is neither {ADD}, nor a key of the config or of node_pools: {known}"
            raise BadSnapshot(OPTION, fault)
        if len(found.pods) > MAX_PODS:
            raise BadSnapshot(OPTION, too_many(MAX_PODS))
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
