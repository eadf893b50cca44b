"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.badge import BadgeCloud

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def worker_badge(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[BadgeCloud]:
    """A cloud with codecard-avatar behind its gateway, for a module's tests to reset."""
    with BadgeCloud(tmp_path_factory.mktemp("badge"), keys_folder) as made:
        yield made
