"""The form of a Lease's times."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.clients.lease import micro_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1_767_225_600.0, "2026-01-01T00:00:00.000000Z"),
        (1_767_225_600.5, "2026-01-01T00:00:00.500000Z"),
        (0.0, "1970-01-01T00:00:00.000000Z"),
    ],
)
def test_a_time_has_exactly_six_decimals_and_ends_with_z(seconds: float, text: str) -> None:
    assert micro_time(seconds) == text
