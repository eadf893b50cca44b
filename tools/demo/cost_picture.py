"""A section's costs as an inline SVG: a bar a day or month, stacked by service, credits and corrections below 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from functions.adw_billing.cost_report.data import OTHER, period_name, summed, total
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.adw_billing.cost_report.data import Period, Section

WIDTH, HEIGHT = 960, 380
LEFT, RIGHT, TOP, BOTTOM = 100, 12, 14, 30
"""Margins in px for labels."""
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800")
"""Okabe and Ito's colours, which people with any colour vision tell apart (jfly.uni-koeln.de/color); black is left to
text, and the yellow is darkened to be seen on white."""
OTHER_COLOUR = "#8a8a8a"
LABELS = 8
LABEL_WIDTH = 76
"""Room for `2026-01-31` in px."""
WIDEST_BAR = 72
AMOUNT_CHARACTERS = 13
"""What fits left of the axis; longer amounts are written with an exponent."""
STEPS = 5
LEGEND_LINE = 20
"""Height of a line of the legend in px; a character takes CHARACTER_WIDTH, and a longer name is cut."""
CHARACTER_WIDTH, NAME_CHARACTERS = 9, 40


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a day or month and an amount are in the picture (px); ``low`` and ``high`` are the axis' ends."""

    first: int
    periods: int
    low: float
    high: float
    period: Period

    @property
    def place_width(self) -> float:
        """Width of a period's place."""
        return (WIDTH - LEFT - RIGHT) / self.periods

    def x(self, day: date) -> float:
        """Left edge of the place of a day or month."""
        return LEFT + (number_of(day, self.period) - self.first) * self.place_width

    def y(self, amount: float) -> float:
        """Height of an amount."""
        return TOP + (self.high - amount) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def legend(section: Section) -> dict[str, str]:
    """Return the colour of each service: of the largest ones their own, of all others one."""
    services = list(summed((each.service, each.cost) for each in section.costs))
    shown = section.largest()
    rest = dict.fromkeys((service for service in services if service not in shown), OTHER_COLOUR)
    return {**dict(zip(shown, COLOURS, strict=False)), **rest}


def number_of(day: date, period: Period) -> int:
    """Return the number of a day or month in the order of time."""
    return day.toordinal() if period == "day" else 12 * day.year + day.month - 1


def chart(section: Section, period: Period = "day") -> str:
    """Return the SVG with its legend, well-formed XML, without anything to be fetched; empty where every cost is 0."""
    if not any(each.cost for each in section.costs):
        return ""
    colours = legend(section)
    periods = section.by_period(period)
    scale = _scale(periods, period)
    label = escape(f"Cost by service by {period} in {printable(section.currency)}")
    names = list(_legend(colours))
    height = HEIGHT + LEGEND_LINE * (1 + max(line for line, _ in names))
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}" '
        'font-family="system-ui, sans-serif" font-size="12">'
    )
    parts = [
        start,
        *_amount_axis(scale),
        *_time_axis(scale),
    ]
    for day, services in periods.items():
        parts += _bar(scale, day, services, colours)
    return "\n".join([*parts, *(mark for _, mark in names), "</svg>"])


def _legend(colours: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Yield the line that a name stands in, with the name and its colour below the chart."""
    entries = {name: colour for name, colour in colours.items() if colour != OTHER_COLOUR}
    if len(entries) < len(colours):
        entries[OTHER] = OTHER_COLOUR
    line, x = 0, LEFT
    for name, colour in entries.items():
        shown = printable(name) if len(name) <= NAME_CHARACTERS else f"{printable(name)[: NAME_CHARACTERS - 1]}\u2026"
        width = 24 + CHARACTER_WIDTH * len(shown)
        if x > LEFT and x + width > WIDTH:
            line, x = line + 1, LEFT
        y = HEIGHT + LEGEND_LINE * line
        mark = f'<path d="M{x} {y + 1}h11v11h-11z" fill="{colour}"/>'
        yield line, f'{mark}<text x="{x + 16}" y="{y + 11}">{escape(shown)}</text>'
        x += width


def _scale(periods: dict[date, dict[str, Decimal]], period: Period) -> Scale:
    parts = [each.values() for each in periods.values()]
    highest = max((float(total(max(cost, Decimal(0)) for cost in each)) for each in parts), default=0)
    lowest = min((float(total(min(cost, Decimal(0)) for cost in each)) for each in parts), default=0)
    step = nice_step((highest - lowest) or 1.0)
    first, last = (number_of(day, period) for day in (min(periods), max(periods)))
    low, high = math.floor(lowest / step + 1e-9) * step, math.ceil(highest / step - 1e-9) * step
    return Scale(first, last - first + 1, low, high if high > low else low + step, period)


def nice_step(extent: float) -> float:
    """1, 2 or 5 times a power of ten, so that some STEPS of them cover the extent."""
    rough = extent / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next((factor for factor in (1, 2, 5) if factor * power >= rough), 10)


def _amount_axis(scale: Scale) -> Iterator[str]:
    step = nice_step(scale.high - scale.low)
    for number in range(math.ceil(scale.low / step), math.floor(scale.high / step + 1e-9) + 1):
        y = scale.y(number * step)
        stroke = "#555" if number == 0 else "#ddd"
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{stroke}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444">{_amount(number * step)}</text>'


def _amount(value: float) -> str:
    """Return an amount of the axis in plain digits where they fit."""
    digits = f"{value:,.12f}".rstrip("0").rstrip(".")
    fits = len(digits) <= AMOUNT_CHARACTERS and (value == 0 or abs(float(digits.replace(",", "")) / value - 1) < 1e-6)
    return digits if fits else f"{value:.6g}"


def _time_axis(scale: Scale) -> Iterator[str]:
    """Yield labels an equal number of days or months apart, none over another."""
    every = max(1, math.ceil(scale.periods / LABELS))
    half, written = LABEL_WIDTH / 2, 0.0
    for number in range(scale.first, scale.first + scale.periods, every):
        day = date.fromordinal(number) if scale.period == "day" else date(number // 12, number % 12 + 1, 1)
        x = min(max(scale.x(day) + scale.place_width / 2, LEFT + half), WIDTH - half)
        if x - half >= written:
            written = x + half
            name = period_name(day, scale.period)
            yield f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle" fill="#444">{name}</text>'


def _bar(scale: Scale, day: date, services: dict[str, Decimal], colours: dict[str, str]) -> Iterator[str]:
    ends = {True: 0.0, False: 0.0}
    width = min(scale.place_width - min(1.0, scale.place_width * 0.15), WIDEST_BAR)
    x = scale.x(day) + (scale.place_width - width) / 2
    for name, colour, cost in _parts(services, colours):
        start = ends[cost > 0]
        ends[cost > 0] = end = start + float(cost)
        top, bottom = scale.y(max(start, end)), scale.y(min(start, end))
        note = escape(f"{period_name(day, scale.period)} {printable(name)}: {plain(cost)}")
        yield (
            f'<rect x="{x:.2f}" y="{top:.2f}" width="{width:.2f}" '
            f'height="{bottom - top:.2f}" fill="{colour}"><title>{note}</title></rect>'
        )


def _parts(services: dict[str, Decimal], colours: dict[str, str]) -> Iterator[tuple[str, str, Decimal]]:
    """Name, colour and cost of each part of a bar; the others together, their credits apart from their charges."""
    others = [services[name] for name in services if colours[name] == OTHER_COLOUR]
    for name, colour in colours.items():
        if colour != OTHER_COLOUR and services.get(name):
            yield name, colour, services[name]
    for part in (total(cost for cost in others if cost > 0), total(cost for cost in others if cost < 0)):
        if part:
            yield OTHER, OTHER_COLOUR, part
