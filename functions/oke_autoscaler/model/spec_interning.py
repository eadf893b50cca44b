"""Equal pod specs are kept once: 50,000 pods of 200 Deployments hold 200 specs.

Volumes that no rule asks for are dropped first, because the name of a pod's token volume differs from pod to pod.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.kubernetes_objects import Pod, PodSpec
    from functions.oke_autoscaler.model.pod_volumes import Volume

_encode = msgspec.json.Encoder().encode


class SpecTable:
    """The distinct specs seen so far."""

    def __init__(self) -> None:
        self._specs: dict[bytes, PodSpec] = {}

    def share(self, pod: Pod) -> Pod:
        """Replace the pod's spec by the first equal one and return the pod; its node's name moves to ``bound_to``."""
        spec = pod.spec
        pod.bound_to = pod.node_name
        spec.node_name = None
        if spec.volumes is not None:
            spec.volumes = [volume for volume in spec.volumes if _matters(volume)] or None
        pod.spec = self._specs.setdefault(_encode(spec), spec)
        return pod


def _matters(volume: Volume) -> bool:
    sources = (volume.empty_dir, volume.host_path, volume.persistent_volume_claim, volume.ephemeral)
    return any(source is not None for source in sources)
