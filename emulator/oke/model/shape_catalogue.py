"""Compute shapes: size and architecture.

Source: https://docs.oracle.com/en-us/iaas/Content/Compute/References/computeshapes.htm
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogueShape:
    """A shape; sizes of flexible ones are their defaults."""

    name: str
    ocpus: float
    memory_gib: float
    is_flexible: bool = False
    architecture: str = "amd64"
    gpus: int = 0
    gpu_resource: str = "nvidia.com/gpu"

    @property
    def vcpus_per_ocpu(self) -> int:
        """Return the vCPUs of an OCPU: two threads of a core, on Arm one core of A1 and two of A2."""
        return 1 if ".A1." in self.name else 2


SHAPES = {
    shape.name: shape
    for shape in (
        CatalogueShape("VM.Standard.E3.Flex", 1, 16, is_flexible=True),
        CatalogueShape("VM.Standard.E4.Flex", 1, 16, is_flexible=True),
        CatalogueShape("VM.Standard.E5.Flex", 1, 12, is_flexible=True),
        CatalogueShape("VM.Standard3.Flex", 1, 16, is_flexible=True),
        CatalogueShape("VM.Standard.A1.Flex", 1, 6, is_flexible=True, architecture="arm64"),
        CatalogueShape("VM.Standard.A2.Flex", 1, 6, is_flexible=True, architecture="arm64"),
        CatalogueShape("VM.Standard2.1", 1, 15),
        CatalogueShape("VM.Standard2.2", 2, 30),
        CatalogueShape("VM.Standard2.4", 4, 60),
        CatalogueShape("VM.Standard2.8", 8, 120),
        CatalogueShape("VM.Standard.E2.2", 2, 16),
        CatalogueShape("VM.GPU3.1", 6, 90, gpus=1),
        CatalogueShape("VM.GPU3.2", 12, 180, gpus=2),
        CatalogueShape("VM.GPU.A10.1", 15, 240, gpus=1),
        CatalogueShape("VM.GPU.A10.2", 30, 480, gpus=2),
        CatalogueShape("BM.GPU.A10.4", 64, 1024, gpus=4),
        CatalogueShape("BM.GPU.L40S.4", 112, 1024, gpus=4),
        CatalogueShape("BM.GPU.A100-v2.8", 128, 2048, gpus=8),
        CatalogueShape("BM.GPU.H100.8", 112, 2048, gpus=8),
        CatalogueShape("BM.GPU.MI300X.8", 112, 2048, gpus=8, gpu_resource="amd.com/gpu"),
        CatalogueShape("BM.Standard3.64", 64, 1024),
        CatalogueShape("BM.Standard.E4.128", 128, 2048),
        CatalogueShape("BM.Standard.E5.192", 192, 2304),
        CatalogueShape("BM.Optimized3.36", 36, 512),
    )
}
