"""What the nodes of one pool do that its JSON does not say: knobs, each OKE's normal behaviour by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypedDict

MEMORY_TAX = (570, 18)
"""MiB, and MiB a GiB of the declared memory: the tightest line under thirteen measurements of A1, E4, E5 and Standard3
with 8 to 128 GB; 32 GB show as 30.89 GiB to Linux (https://github.com/oracle/karpenter-provider-oci/pull/73)."""

VOLUME_LIMIT = 32
"""Block volumes that can be attached to a virtual machine.
Source: https://docs.oracle.com/en-us/iaas/Content/Block/Concepts/overview.htm#capabilities-limits"""

DEVICE_SECONDS = 30.0
"""From a node's Ready to its devices: the plug-in is a pod that starts when the node is Ready."""


class LateTaint(TypedDict, total=False):
    """A taint (`key=value:Effect`), seconds after Ready, and every how many new nodes it concerns (1: all)."""

    taint: str
    seconds: float
    every: int


class LateLabels(TypedDict, total=False):
    """Labels that a DaemonSet, an operator or cloud-init puts on new nodes, so many seconds after Ready."""

    labels: Mapping[str, str]
    seconds: float
    every: int


class PoolDevices(TypedDict, total=False):
    """Devices of dynamic resource allocation: so many of a driver's on each node, or on the first few only."""

    driver: str
    count: int
    nodes: int


class BehaviourFields(TypedDict, total=False):
    """The knobs of `PoolBehaviour` as `add_pool`, `edit_pool` and a scenario's pool take them."""

    memory_tax: Sequence[float]
    volume_limit: int | None
    never_register: int
    never_ready: int
    register_after: float | None
    ready_after: float | None
    active_when_registered: bool
    startup_taints: Sequence[LateTaint]
    late_taints: Sequence[LateTaint]
    late_labels: Sequence[LateLabels]
    device_seconds: float
    clock_ahead: float
    devices: PoolDevices | None


@dataclass
class PoolBehaviour:
    """Knobs of one pool.

    All but `memory_tax`, `volume_limit` and `devices` concern nodes that begin later, not those that `add_pool` makes.

    `memory_tax`: MiB and MiB a GiB that the hypervisor keeps of a virtual machine's memory (`[0, 0]`: none; bare metal
    has no hypervisor). `volume_limit`: block volumes a node takes, as its CSINode says (None: it names no limit).
    `never_register`, `never_ready`: True for every new node, n for every nth: the instance runs and is paid for, but
    its kubelet never registers (wrong cloud-init, a closed subnet), or registers and never gets Ready (a network
    plug-in that fails). `register_after`, `ready_after`: seconds since the start of the node's life, in place of
    `Timings.register` and `ready`. `active_when_registered`: a node is CREATING until it registers, and its work
    request fails after `Timings.register_timeout` with OKE's "1 nodes(s) register timeout"; the node is FAILING then
    (what OKE shows of it is not documented). `startup_taints`: on new nodes from their registration, gone so many
    seconds after Ready (without `seconds`: they stay), as `node.cilium.io/agent-not-ready`. `late_taints`,
    `late_labels`: put on so many seconds after Ready. `device_seconds`: from Ready until GPUs are in the capacity.
    `clock_ahead`: seconds that a new node's clock is ahead, so that its Ready time lies in the future.
    `devices`: what its nodes list in ResourceSlices (`{driver: gpu.example.com, count: 1, nodes: 1}`).
    """

    memory_tax: Sequence[float] = MEMORY_TAX
    volume_limit: int | None = VOLUME_LIMIT
    never_register: int = 0
    never_ready: int = 0
    register_after: float | None = None
    ready_after: float | None = None
    active_when_registered: bool = False
    startup_taints: Sequence[LateTaint] = ()
    late_taints: Sequence[LateTaint] = ()
    late_labels: Sequence[LateLabels] = ()
    device_seconds: float = DEVICE_SECONDS
    clock_ahead: float = 0.0
    devices: PoolDevices | None = None

    def change(self, values: Mapping[str, object]) -> None:
        """Set the knobs among values that may hold more."""
        for one in fields(self):
            if one.name in values:
                setattr(self, one.name, values[one.name])


def behaviour_of(values: Mapping[str, object]) -> PoolBehaviour:
    """Return the knobs among values that may hold more."""
    made = PoolBehaviour()
    made.change(values)
    return made


def concerns(every: int, turn: int) -> bool:
    """Tell whether a knob for every nth new node (True: each) concerns the new node of this number."""
    return every > 0 and turn % int(every) == 0
