"""The demo's picture of costs: bars from 0 up and down, round amounts, names with room."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from tests.unit.functions.adw_billing.cost_report.test_cost_report import FIRST_DAY, day_cost, made, section_of
from tools.demo.cost_picture import COLOURS, HEIGHT, LEFT, OTHER, WIDTH, chart, nice_step

if TYPE_CHECKING:
    from functions.adw_billing.cost_report.data import Section


def bars(section: Section) -> list[dict[str, str]]:
    return [dict(bar.attrib) for bar in ET.fromstring(chart(section)).iter("{http://www.w3.org/2000/svg}rect")]  # noqa: S314


def labels(section: Section) -> list[str]:
    return re.findall(r">(\d{4}-\d\d-\d\d)</text>", chart(section))


def test_credits_are_drawn_below_the_line_and_charges_above() -> None:
    found = section_of(day_cost(0, "A", "3"), day_cost(0, "B", "1"), day_cost(0, "C", "-2"), day_cost(0, "D", "-1"))
    (zero,) = (float(y) for y in re.findall(r'y1="([\d.]+)"[^>]*stroke="#555"', chart(found)))
    above, below = [], []
    for bar in bars(found):
        top, height = float(bar["y"]), float(bar["height"])
        (above if top + height <= zero + 0.06 else below).append(height)
        assert top + height <= zero + 0.06 or top >= zero - 0.06
    assert [round(height / above[1], 1) for height in above] == [3.0, 1.0]
    assert [round(height / above[1], 1) for height in below] == [2.0, 1.0]


def test_bars_and_labels_stay_inside_the_picture_for_a_day_and_for_a_year() -> None:
    for days in (1, 2, 7, 31, 92, 366):
        found = section_of(*(day_cost(number, "A", str(number % 9 - 2)) for number in range(days)))
        for bar in bars(found):
            assert float(bar["x"]) >= LEFT
            assert float(bar["x"]) + float(bar["width"]) <= WIDTH
            assert 0 <= float(bar["y"]) <= float(bar["y"]) + float(bar["height"]) <= HEIGHT
        shown = labels(found)
        assert shown[0] == FIRST_DAY.isoformat()
        assert len(shown) <= 8
        if days == 1:
            assert float(bars(found)[0]["width"]) <= 72


def test_a_day_without_costs_keeps_its_place() -> None:
    found = section_of(day_cost(0, "A", "1"), day_cost(1, "A", "1"), day_cost(9, "A", "1"))
    first, second, last = (float(bar["x"]) for bar in bars(found))
    assert round((last - first) / (second - first), 2) == 9


def test_of_many_services_the_largest_have_a_colour_and_the_rest_are_one_part() -> None:
    rows = [day_cost(0, f"S{number:02}", str(100 - number)) for number in range(20)]
    found = section_of(*rows, day_cost(0, "CREDIT", "-1"))
    colours = [bar["fill"] for bar in bars(found)]
    assert colours[: len(COLOURS)] == list(COLOURS)
    assert len(colours) == len(COLOURS) + 2
    rest = sum(100 - number for number in range(len(COLOURS), 20))
    assert f"<title>{FIRST_DAY} {OTHER}: {rest}</title>" in chart(found)
    names = re.findall(r"/><text[^>]*>([^<]*)</text>", chart(found))
    assert names == [*(f"S{number:02}" for number in range(len(COLOURS))), OTHER]


def test_the_legend_has_room_for_long_names() -> None:
    found = section_of(*(day_cost(0, f"{number} {'long name ' * 9}", "1") for number in range(5)))
    picture = chart(found)
    height = float(picture.split('viewBox="0 0 960 ')[1].split('"')[0])
    places = [(float(x), float(y)) for x, y in re.findall(r'/><text x="([\d.]+)" y="([\d.]+)"', picture)]
    assert len(set(places)) == 5
    assert all(x < WIDTH and HEIGHT < y < height for x, y in places)
    assert max(len(name) for name in re.findall(r"/><text[^>]*>([^<]*)<", picture)) == 40


def test_where_every_cost_is_0_there_is_no_picture() -> None:
    found = made(day_cost(0, "A", "0"), day_cost(0, "B", "0E-20"))
    assert chart(found.sections[0]) == ""


def test_the_axis_has_round_amounts_in_plain_digits_where_they_fit() -> None:
    assert [nice_step(extent) for extent in (1, 5, 9, 30, 0.004)] == [0.2, 1, 2, 10, 0.001]
    written_amounts = {
        cost: re.findall(r'text-anchor="end"[^>]*>([^<]*)<', chart(section_of(day_cost(0, "A", cost))))[-1]
        for cost in ("0.00004", "4900000000", "2E-12", "3E+17")
    }
    assert written_amounts == {
        "0.00004": "0.00004",
        "4900000000": "5,000,000,000",
        "2E-12": "2e-12",
        "3E+17": "3e+17",
    }
