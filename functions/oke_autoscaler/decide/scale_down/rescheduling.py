"""Whether the pods of a node fit on the others: nodes are tried one after another on one room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.nodes import capacity, ports_free

if TYPE_CHECKING:
    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.decide.simulation.cluster_state import World
    from functions.oke_autoscaler.decide.simulation.nodes import Place, Room
    from functions.oke_autoscaler.decide.simulation.static_fit import Kind

Movers = Sequence[tuple["Workload", int]]


class Moving:
    """Takes nodes out of the room, with their pods put elsewhere.

    Only registered nodes take pods. The room of a destination never grows, so one that has no room for a workload is
    not asked again.
    """

    def __init__(self, world: World) -> None:
        self._room: Room = world.room
        self._open: dict[int, list[Place]] = {}
        self._arrived: dict[int, list[tuple[Workload, int]]] = {}
        """Pods that came to a place from nodes taken out before; they move on with it."""
        registered = {id(place) for place in world.places.values()}
        for place in self._room.places:
            if id(place) not in registered:
                place.closed = True

    def take_out(self, place: Place, movers: Movers, ghost: Kind) -> bool:
        """Move the pods and remove the node; nothing changes when they do not all fit.

        While its pods move, the node stays as a tainted ghost: it still is a domain for a spread that does not look at
        taints, as it will be during the drain (cluster-autoscaler 1.37, simulator/cluster.go).
        """
        room, mark, kind = self._room, self._room.mark(), place.kind
        movers = [*movers, *self._arrived.get(id(place), ())]
        haunted = any(not room.is_free(workload) for workload, _ in movers)
        for workload, pods in movers:
            room.put(place, workload, -pods)
        place.closed = True
        if haunted:
            room.change_kind(place, ghost)
        touched = {id(place)}
        if all(self._move(workload, pods, touched) for workload, pods in movers):
            room.vanish(place)
            for target, arrived, count in room.since(mark):
                if arrived is not None and target is not place:
                    self._arrived.setdefault(id(target), []).append((arrived, count))
            return True
        if haunted:
            room.change_kind(place, kind)
        place.closed = False
        room.rollback(mark)
        return False

    def _move(self, workload: Workload, pods: int, touched: set[int]) -> bool:
        """Place the pods of one workload; ``touched`` are the node itself and the places changed in its turn.

        Any other place without room, or gone, will not take this workload again.
        """
        room = self._room
        known = self._open.get(workload.ident)
        if known is None:
            known = self._open[workload.ident] = [
                place
                for place in room.candidates(workload)
                if not place.closed and capacity(place.free, workload.vector, 1)
            ]
        free, full = room.is_free(workload), []
        for index, place in enumerate(known):
            fitting = 0 if place.closed else capacity(place.free, workload.vector, pods)
            if not fitting:
                if id(place) not in touched:
                    full.append(index)
                continue
            while fitting and pods and (free or self._allowed(place, workload)):
                count = fitting if free else 1
                room.put(place, workload, count)
                touched.add(id(place))
                pods -= count
                fitting -= count
            if not pods:
                break
        for index in reversed(full):
            del known[index]
        return not pods

    def _allowed(self, place: Place, workload: Workload) -> bool:
        ports = workload.shape.ports
        return (not ports or ports_free(place, ports)) and self._room.quota(workload, place.labels) > 0
