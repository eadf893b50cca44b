"""What the nodes of one pool do that its JSON does not say: knobs, each OKE's normal behaviour by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object

MEMORY_TAX = (570, 18)
"""MiB, and MiB a GiB of the declared memory: the tightest line under thirteen measurements of A1, E4, E5 and Standard3
with 8 to 128 GB; 32 GB show as 30.89 GiB to Linux (https://github.com/oracle/karpenter-provider-oci/pull/73)."""

VOLUME_LIMIT = 32
"""Block volumes that can be attached to a virtual machine.
Source: https://docs.oracle.com/en-us/iaas/Content/Block/Concepts/overview.htm#capabilities-limits"""


class BehaviourFields(TypedDict, total=False):
    """The knobs of `PoolBehaviour`, all of them, as `add_pool` and a scenario's pool take them."""

    memory_tax: Sequence[float]
    volume_limit: int | None


@dataclass
class PoolBehaviour:
    """Knobs of one pool.

    `memory_tax`: MiB and MiB a GiB that the hypervisor keeps of a virtual machine's memory (`[0, 0]`: none; bare metal
    has no hypervisor). `volume_limit`: block volumes a node takes, as its CSINode says (None: it names no limit).
    """

    memory_tax: Sequence[float] = MEMORY_TAX
    volume_limit: int | None = VOLUME_LIMIT


def behaviour_of(values: Object) -> PoolBehaviour:
    """Return the knobs among values that may hold more."""
    return PoolBehaviour(**{one.name: values[one.name] for one in fields(PoolBehaviour) if one.name in values})
