"""A real cluster for the commands: config keys from the environment, read as a tick reads, nothing written."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.errors import FunctionError

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.tick import Tick

MAX_LIVE_SECONDS = 120.0
"""Seconds that reading a live cluster may take."""


def connect_live() -> Tick:
    """Connect as a dry tick does. Raises FunctionError."""
    from functions.oke_autoscaler import tick  # loads the OCI SDK, which a snapshot file does not need
    from functions.oke_autoscaler.clients.changes import Changes
    from functions.oke_autoscaler.settings import Settings
    from shared.deadline import Deadline
    from shared.settings import ENVIRONMENT_FIX, load_settings

    settings = load_settings(Settings, os.environ, fix=ENVIRONMENT_FIX)
    return tick.connect(settings, Deadline.after(MAX_LIVE_SECONDS), Changes(dry_run=True))


def with_course(snapshot: Snapshot, tick: Tick) -> Snapshot:
    """Return the snapshot with how the cluster went, which ticks write and none reads; without it where that fails."""
    from functions.oke_autoscaler.act.status_report import COURSE
    from functions.oke_autoscaler.clients.status_maps import read_status
    from functions.oke_autoscaler.model.course import read_course

    try:
        return replace(snapshot, course=read_course(read_status(tick.cluster.api).get(COURSE, "")))
    except FunctionError:
        return snapshot
