"""The recorded cases of Cluster Autoscaler and what they are made into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from functions.oke_autoscaler.model.kubernetes_objects import Pod
from functions.oke_autoscaler.model.oci_objects import Owner, PodDisruptionBudget
from functions.oke_autoscaler.model.quantity import unix_seconds
from functions.oke_autoscaler.settings import Settings

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
DRAIN = json.loads((GOLDEN / "drain_cases.json").read_text())
PACKING = json.loads((GOLDEN / "binpack_cases.json").read_text())
NOW = unix_seconds("2020-12-18T17:00:00Z")
OPTION_NAMES = {"bsp_disruption_timeout_s": "system_pod_disruption_seconds"}


def settings_of(options: dict[str, Any] | None = None, **more: Any) -> Settings:
    """Settings with the options of a case."""
    named = {OPTION_NAMES.get(key, key): value for key, value in (options or {}).items()}
    return Settings(cluster_id="c", node_pool_id=("p",), **named, **more)


def pods_of(case: dict[str, Any]) -> list[Pod]:
    return msgspec.convert(case["pods"], list[Pod])


def budgets_of(case: dict[str, Any]) -> list[PodDisruptionBudget]:
    return msgspec.convert(case["pdbs"], list[PodDisruptionBudget])


def owners_of(case: dict[str, Any]) -> list[Owner] | None:
    if case["controllers"] is None:
        return None
    every = [owner for owners in case["controllers"].values() for owner in owners]
    return msgspec.convert(every, list[Owner])
