"""What the kubelet says of a pod's resources: what it has promised to each container, and what each really has."""

from __future__ import annotations

import msgspec

Requests = dict[str, str | int | float]


class _Part(msgspec.Struct, rename="camel", gc=False, omit_defaults=True, eq=False):
    """Base of every struct here, as ``Object`` of kubernetes_objects.py, which imports this module."""


class ActualResources(_Part):
    """What a container, or a pod as a whole, is limited to now."""

    requests: Requests | None = None


class ContainerStatus(_Part):
    """A container as the kubelet sees it: ``allocated_resources`` are promised, ``resources`` in force."""

    name: str = ""
    allocated_resources: Requests | None = None
    resources: ActualResources | None = None
