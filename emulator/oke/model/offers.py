"""What the container engine offers: versions of Kubernetes, and boot images of nodes by name.

An image's name as the service writes it: system and version, what it is for, date, a number; then, for an image with
OKE's own software, the version of Kubernetes and a build. Source: names that `oci ce node-pool-options get
--node-pool-option-id all` prints, and
https://docs.oracle.com/en-us/iaas/Content/ContEng/Reference/contengimagesshapes.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object

VERSIONS = ("v1.31.1", "v1.31.10", "v1.32.1", "v1.33.1")

_DATED = (
    ("Oracle-Linux-8.10", "2025.05.19-0", "v1.33.1", 870),
    ("Oracle-Linux-8.10", "2025.05.19-0", "v1.32.1", 869),
    ("Oracle-Linux-8.10", "2025.03.18-0", "v1.33.1", 760),
    ("Oracle-Linux-8.10", "2025.03.18-0", "v1.31.10", 758),
    ("Oracle-Linux-7.9", "2024.11.30-0", "v1.31.1", 540),
)
_KINDS = ("", "-aarch64", "-Gen2-GPU")


def image_names() -> list[str]:
    """Return the names, in no order that says anything; the last are platform images without OKE's software."""
    made = [
        f"{system}{kind}-{date}-OKE-{version.removeprefix('v')}-{build}"
        for kind in _KINDS
        for system, date, version, build in reversed(_DATED)
    ]
    return [*made, "Oracle-Linux-8.10-2025.06.17-0", "Oracle-Linux-8.10-aarch64-2025.06.17-0"]


def image_id(name: str) -> str:
    """Return the OCID of an image by its name."""
    return f"ocid1.image.oc1.iad.{name}"


def sources() -> list[Object]:
    """Return the images as GetNodePoolOptions does."""
    return [{"sourceType": "IMAGE", "sourceName": name, "imageId": image_id(name)} for name in image_names()]
