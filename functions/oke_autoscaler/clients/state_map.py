"""The ConfigMap in which ticks keep what they remember: read once a tick, written once at its end if it changed.

It never stops a tick. What cannot be read counts as nothing remembered, and the answer says so; what cannot be written
is logged, and the next tick learns it again. Where the read itself failed nothing is written: what is there is not
known, and may be what another function of this cluster has learnt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.clients.events import COMPONENT
from functions.oke_autoscaler.model.tick_state import TickState, read_state, written
from shared import logs
from shared.errors import FunctionError

if TYPE_CHECKING:
    from shared.kubernetes.client import KubernetesApi

STATE_NAMESPACE = "kube-system"
STATE_NAME = "oke-autoscaler-state"
STATE_PATH = f"/api/v1/namespaces/{STATE_NAMESPACE}/configmaps"
READ_SHARE = 0.25
"""Of the time that is left, which the read may take: a hint must not cost the tick."""

_log = logs.get(COMPONENT)


class _Meta(msgspec.Struct, rename="camel", omit_defaults=True):
    name: str
    namespace: str
    resource_version: str = ""


class _ConfigMap(msgspec.Struct, rename="camel"):
    metadata: _Meta
    data: dict[str, str] | None = None
    api_version: str = "v1"
    kind: str = "ConfigMap"


class StateMap:
    """What this tick read and what it will write; ``state`` is replaced by whoever has something to remember."""

    def __init__(self, api: KubernetesApi, *, dry_run: bool) -> None:
        self.state = TickState()
        self.fault = ""
        """Why some or all of the state could not be read, in words; empty when it could."""
        self._api = api
        self._dry_run = dry_run
        self._current: _ConfigMap | None = None
        self._known = False

    def read(self) -> TickState:
        """Read the state; an empty one when there is none or it cannot be read, with ``fault`` set."""
        whole = self._api.deadline
        self._api.deadline = whole.earlier(READ_SHARE * whole.remaining_seconds())
        try:
            self._current = self._api.get_object(f"{STATE_PATH}/{STATE_NAME}", _ConfigMap)
        except FunctionError as error:
            self.fault = f"ConfigMap {STATE_NAMESPACE}/{STATE_NAME} not read, nothing remembered: {error.message}"
            _log.warning("state not read", extra={"fields": {"error": error.message}})
            return self.state
        finally:
            self._api.deadline = whole
        self._known = True
        self.state, faults = read_state((self._current.data or {}) if self._current is not None else {})
        if faults:
            self.fault = f"ConfigMap {STATE_NAMESPACE}/{STATE_NAME} begins anew: {'; '.join(faults)}"
        return self.state

    def write(self) -> None:
        """Write the state if it is another than was read; log what fails."""
        if self._dry_run or not self._known:
            return
        data = written(self.state)
        before = self._current.data if self._current is not None else written(TickState())
        if data == before:
            return
        try:
            self._send(data)
        except FunctionError as error:
            # A 409 comes from a tick that overlaps with this one. Its state is as good as ours, and what is missing
            # in it is seen again.
            _log.warning("state not written", extra={"fields": {"error": error.message}})

    def _send(self, data: dict[str, str]) -> None:
        if self._current is None:
            self._api.send("POST", STATE_PATH, _ConfigMap(_Meta(STATE_NAME, STATE_NAMESPACE), data))
            return
        meta = _Meta(STATE_NAME, STATE_NAMESPACE, self._current.metadata.resource_version)
        self._api.send("PUT", f"{STATE_PATH}/{STATE_NAME}", _ConfigMap(meta, data))
