"""README's figures are what the demo measures today: those that can be worked out without playing it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from emulator.closed_loop.cluster_command import run_scenario
from emulator.closed_loop.scenario import FOLDER, load_scenario
from emulator.reports.billing_history import final_state
from emulator.reports.generated_report import EXACT
from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.model import badge_name
from functions.codecard_avatar.model.badge_content import BadgeContent
from tools import readme_numbers
from tools.demo import autoscaler, billing, figures
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MEASURED = figures.read(ROOT.joinpath(*readme_numbers.PICTURES))


def test_the_billing_total_is_the_generators_own_sum() -> None:
    total = Decimal(0)
    for each in final_state(billing.STORY.publications()).values():
        totals = each.report.totals()
        if each.report.dialect == "cost":
            total = EXACT.add(total, totals.cost)
    assert MEASURED["billing"]["total"] == format(total, "f")


def test_the_badge_has_as_many_bytes_as_one_that_is_drawn() -> None:
    name = badge_name.from_title(MEASURED["badge"]["name"])
    assert name is not None
    assert MEASURED["badge"]["picture_bytes"] == len(
        badge_picture.bitmap_file(badge_picture.draw_badge(BadgeContent(name)).picture)
    )


@pytest.mark.timeout(200)
def test_the_burst_ends_as_measured() -> None:
    runs = run_scenario(load_scenario(FOLDER / "burst.yaml"), rule="both")
    assert MEASURED["autoscaler"] == autoscaler.burst_figures(runs)


def test_another_figure_makes_another_page(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*readme_numbers.PICTURES)
    folder.mkdir(parents=True)
    for part, found in MEASURED.items():
        figures.keep(folder, part, **found)
    assert readme_numbers.three_numbers(tmp_path) == readme_numbers.three_numbers(ROOT)
    figures.keep(folder, "billing", total="1.5")
    assert "the generator's own: 1.5 USD" in readme_numbers.three_numbers(tmp_path)
