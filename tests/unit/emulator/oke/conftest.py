"""A cluster without a server, for the emulator's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.base.keys import KeyRing
from emulator.oke.emulated_cluster import EmulatedCluster
from emulator.services.identity.service import IdentityService


@pytest.fixture
def cluster(tmp_path: Path) -> EmulatedCluster:
    return EmulatedCluster(IdentityService(tmp_path / "principals", KeyRing(tmp_path / "keys")))
