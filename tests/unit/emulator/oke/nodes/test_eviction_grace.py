"""How long OKE drains, and whether it ends a node with pods left: by the call, else by the pool, else 60 minutes."""

from __future__ import annotations

import pytest

from emulator.base.service_protocol import OciError
from emulator.oke.nodes.eviction_grace import DEFAULT_GRACE_SECONDS, eviction_grace

POOL = {"nodeEvictionNodePoolSettings": {"evictionGraceDuration": "PT5M", "isForceDeleteAfterGraceDuration": False}}


def test_a_pool_that_says_nothing_drains_for_an_hour_and_then_leaves_the_node() -> None:
    assert eviction_grace({}) == (DEFAULT_GRACE_SECONDS, False)


def test_the_pool_decides_and_the_call_comes_first() -> None:
    assert eviction_grace(POOL) == (300, False)
    assert eviction_grace(POOL, "PT0M", force=True) == (0, True)
    assert eviction_grace(POOL, "PT1M30S") == (90, False)


@pytest.mark.parametrize("text", ["PT", "5M", "PT61M", "PT2H"])
def test_what_is_no_duration_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(OciError):
        eviction_grace(POOL, text)
