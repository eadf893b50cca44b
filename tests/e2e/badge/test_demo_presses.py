"""The demo's presses: a stock and a reflashed card at both kinds of host, three buttons, and the pictures of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from tests.support.badge import CARD, BadgeCloud
from tools.demo import card_presses

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_demo_shows_where_each_card_gets_its_badge(
    worker_badge: BadgeCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worker_badge.reset()
    worker_badge.cloud.codecard.save(CARD, title="Joan Citizen", subtitle="Example", barcode="https://example.com/joan")

    def publish_at(host: str) -> None:
        worker_badge.configure(apex_url=worker_badge.apex_url, publish="inline", public_url=host)

    presses = card_presses.show(worker_badge.cloud, publish_at, CARD, tmp_path)
    assert [(each.card, each.host) for each in presses if not each.screen.picture] == [("stock", "OCI's gateway")]
    printed = capsys.readouterr().out
    assert "the serial line of the stock card" in printed
    assert printed.count("-> its picture") == 6
    shown = [each.screen.picture for each in presses if each.screen.picture]
    assert len({panel.rows for panel in shown}) == 1
    sizes = {name: Image.open(tmp_path / name).size for name in ("cards.png", "buttons.png")}
    assert sizes == {"cards.png": (4 * 424, 302), "buttons.png": (3 * 424, 302)}
