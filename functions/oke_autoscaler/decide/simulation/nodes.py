"""Nodes with their room, and pods put on them, one workload at a time; every step can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.simulation.topology_domains import UNLIMITED, Spread, Together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.decide.cluster.pod_groups import Port, Workload
    from functions.oke_autoscaler.decide.simulation.constraints import Constraints
    from functions.oke_autoscaler.decide.simulation.static_fit import Kind, StaticFit
    from functions.oke_autoscaler.decide.simulation.topology_domains import Rule

Vector = tuple[int, ...]


class Place:
    """A node, existing, upcoming or planned, with what is still free on it (one number a resource)."""

    __slots__ = ("closed", "free", "holds", "index", "kind", "labels", "name", "pool", "ports")

    def __init__(self, name: str, labels: Mapping[str, str], kind: Kind, free: Sequence[int], pool: str | None) -> None:
        self.name = name
        self.labels = labels
        self.kind = kind
        self.free = list(free)
        self.pool = pool
        self.index = -1
        self.ports: dict[Port, int] = {}
        self.holds: dict[int, int] = {}
        """Planned pods by workload."""
        self.closed = False
        """Takes no pods, but still counts as a domain."""


def capacity(free: Sequence[int], vector: Vector, limit: int) -> int:
    """How many pods of this size fit, at most ``limit``."""
    for have, need in zip(free, vector, strict=True):
        if need and need * limit > have:
            limit = have // need
            if limit <= 0:
                return 0
    return limit


def ports_free(place: Place, ports: Iterable[Port]) -> bool:
    """Whether none of the host ports is taken: the same port and protocol on overlapping addresses is."""
    for address, protocol, number in ports:
        for taken_address, taken_protocol, taken_number in place.ports:
            same = number == taken_number and protocol == taken_protocol
            if same and (address == taken_address or "0.0.0.0" in (address, taken_address)):  # noqa: S104
                return False
    return True


Step = tuple[Place, "Workload | None", int]


class Room:
    """All places and the counts between pods; ``place`` and ``open`` are undone by ``rollback``."""

    def __init__(self, static: StaticFit, constraints: Constraints) -> None:
        self.static = static
        self.places: list[Place] = []
        self._counts = constraints.counts
        self._bindings = constraints.bindings
        self._journal: list[Step] = []
        self._candidates: dict[int, list[Place]] = {}

    def rules(self, workload: Workload) -> list[Rule]:
        """The rules between pods that bind a workload."""
        return self._bindings[workload.ident].rules

    def is_free(self, workload: Workload) -> bool:
        """Whether only room and static rules bind it."""
        return not self._bindings[workload.ident].rules and not workload.shape.ports

    def open(self, place: Place) -> None:
        """Add a node."""
        place.index = len(self.places)
        self.places.append(place)
        for count in self._counts:
            count.enter(place)
        for known in self._candidates.values():
            known.append(place)
        self._journal.append((place, None, 0))

    def put(self, place: Place, workload: Workload, pods: int) -> None:
        """Place pods without asking whether they may."""
        self._change(place, workload, pods)
        self._journal.append((place, workload, pods))

    def _change(self, place: Place, workload: Workload, pods: int) -> None:
        free = place.free
        for index, need in enumerate(workload.vector):
            if need:
                free[index] -= need * pods
        place.holds[workload.ident] = place.holds.get(workload.ident, 0) + pods
        for port in workload.shape.ports:
            place.ports[port] = place.ports.get(port, 0) + pods
            if place.ports[port] <= 0:
                del place.ports[port]
        for count in self._bindings[workload.ident].feeds:
            count.add(place, pods)

    def change_kind(self, place: Place, kind: Kind) -> None:
        """Other taints: some spreads may no longer count the node."""
        counts = [count for count in self._counts if count.by_taints]
        for count in counts:
            count.leave(place)
        place.kind = kind
        for count in counts:
            count.enter(place)

    def vanish(self, place: Place) -> None:
        """A closed node is gone for good."""
        for count in self._counts:
            count.leave(place)

    def mark(self) -> int:
        """A point to roll back to."""
        return len(self._journal)

    def rollback(self, mark: int) -> None:
        """Undo everything since ``mark``."""
        while len(self._journal) > mark:
            place, workload, pods = self._journal.pop()
            if workload is not None:
                self._change(place, workload, -pods)
                continue
            self.places.pop()
            for count in self._counts:
                count.leave(place)
            for known in self._candidates.values():
                if known and known[-1] is place:
                    known.pop()

    def since(self, mark: int) -> list[Step]:
        """The steps since ``mark``: a node opened (no workload) or pods placed."""
        return self._journal[mark:]

    def repeat(self, steps: Iterable[Step]) -> None:
        """Do again what was rolled back."""
        for place, workload, pods in steps:
            if workload is None:
                self.open(place)
            else:
                self.put(place, workload, pods)

    def candidates(self, workload: Workload) -> list[Place]:
        """Places that static rules allow, in their order; the list is shared and grows with ``open``."""
        demand = self.static.demand(workload)
        found = self._candidates.get(demand)
        if found is None:
            obstacle = self.static.obstacle
            kinds: dict[int, bool] = {}
            found = []
            for place in self.places:
                allowed = kinds.get(place.kind.ident)
                if allowed is None:
                    allowed = kinds[place.kind.ident] = not obstacle(workload, place.kind)
                if allowed:
                    found.append(place)
            self._candidates[demand] = found
        return found

    def fill(self, workload: Workload, pods: int, start: int = 0) -> int:
        """Place up to ``pods`` on the places from ``start`` on, first fit; how many were placed."""
        if not self.is_free(workload):
            return BoundFill(self, workload, self.candidates(workload)[:], start).run(pods)
        left, vector = pods, workload.vector
        cpu, memory = vector[0], vector[1]
        for place in self.candidates(workload):
            free = place.free
            if place.closed or place.index < start or free[0] < cpu > 0 or free[1] < memory > 0:
                continue
            fitting = capacity(free, vector, left)
            if fitting > 0 and not self.static.obstacle(workload, place.kind):
                self.put(place, workload, fitting)
                left -= fitting
                if not left:
                    break
        return pods - left

    def quota(self, workload: Workload, labels: Mapping[str, str]) -> int:
        """Pods that the rules between pods allow on a node with these labels now (host ports apart)."""
        quota = UNLIMITED
        for rule in self.rules(workload):
            quota = min(quota, rule.quota(labels))
            if not quota:
                break
        return quota


class BoundFill:
    """First fit under rules between pods: in each round every domain takes what its rules allow.

    Places are stacked by domain. When a round places nothing, only a new place, or a change of the emptiest domain of a
    spread, can make a difference; the stacks stay for that.
    """

    def __init__(self, room: Room, workload: Workload, places: Sequence[Place], start: int = 0) -> None:
        self._room = room
        self._workload = workload
        self._rules = room.rules(workload)
        self._keys = tuple(dict.fromkeys(key for rule in self._rules for key in rule_keys(rule)))
        self._stacks: dict[tuple[str | None, ...], list[Place]] = {}
        self._attracts = any(isinstance(rule, Together) for rule in self._rules)
        self._stuck_at: list[int] | None = None
        self._new: list[list[Place]] = []
        for place in places:
            if place.index >= start:
                self.add(place)
        for stack in self._stacks.values():
            stack.reverse()

    def add(self, place: Place) -> None:
        """A place more to fill."""
        workload = self._workload
        if place.closed or capacity(place.free, workload.vector, 1) < 1:
            return
        if self._room.static.obstacle(workload, place.kind):
            return
        stack = self._stacks.setdefault(tuple(place.labels.get(key) for key in self._keys), [])
        stack.append(place)
        self._new.append(stack)

    def run(self, pods: int) -> int:
        """Place up to ``pods``; how many were placed."""
        left, lows = pods, self._lows()
        stacks = self._new if lows == self._stuck_at else self._all()
        self._new = []
        while left and stacks:
            before, lows_before = left, lows
            for stack in stacks:
                if left and stack:
                    left -= self._fill(left, stack)
            lows = self._lows()
            changed = left < before and (lows != lows_before or self._attracts)
            stacks = self._all() if changed else []
        self._stuck_at = lows
        return pods - left

    def _all(self) -> list[list[Place]]:
        """All stacks; the empty ones are dropped."""
        self._stacks = {key: stack for key, stack in self._stacks.items() if stack}
        return list(self._stacks.values())

    def _lows(self) -> list[int]:
        return [rule.count.lowest for rule in self._rules if isinstance(rule, Spread)]

    def _fill(self, pods: int, stack: list[Place]) -> int:
        """Place up to the domain's quota; places that are full leave the stack (its end is the first place)."""
        room, workload = self._room, self._workload
        quota = min(pods, room.quota(workload, stack[-1].labels))
        placed = 0
        while stack and placed < quota:
            place = stack[-1]
            fitting = capacity(place.free, workload.vector, quota - placed)
            if workload.shape.ports:
                fitting = min(fitting, int(ports_free(place, workload.shape.ports)))
            if fitting > 0:
                room.put(place, workload, fitting)
                placed += fitting
            if placed < quota:
                stack.pop()
        return placed


def rule_keys(rule: Rule) -> tuple[str, ...]:
    """Topology keys that a rule looks at."""
    return tuple(count.key for count in rule.counts) if isinstance(rule, Together) else (rule.key,)
