"""What a pod brings to a node beside its containers: volumes, and claims of devices."""

from __future__ import annotations

from typing import Any

import msgspec


class _Part(msgspec.Struct, rename="camel", gc=False, omit_defaults=True, eq=False):
    """Base of every struct here, as ``Object`` of kubernetes_objects.py, which imports this module."""


class EmptyDir(_Part):
    """An emptyDir volume."""

    medium: str | None = None


class ClaimSource(_Part):
    """Which claim a volume uses."""

    claim_name: str = ""


class Volume(_Part):
    """A volume; sources that matter to a drain or a zone."""

    name: str = ""
    empty_dir: EmptyDir | None = None
    host_path: dict[str, Any] | None = None
    persistent_volume_claim: ClaimSource | None = None
    ephemeral: dict[str, Any] | None = None


class PodResourceClaim(_Part):
    """Devices that a pod asks for (dynamic resource allocation): a claim of that name, or one made from a template."""

    name: str = ""
    resource_claim_name: str | None = None
    resource_claim_template_name: str | None = None
