"""Runs as one SVG: nodes and waiting pods over time, with a mark for each tick. No drawing library is needed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.closed_loop.scenario_run import Sample, ScenarioRun, TickRecord

_WIDTH, _LEFT, _RIGHT = 960, 64, 36
_TITLE, _NODES, _GAP, _PENDING, _MARKS, _AXIS, _COUNTED = 52, 170, 22, 80, 26, 24, 32
_PANEL = _TITLE + _NODES + _GAP + _PENDING + _MARKS + _AXIS + _COUNTED
_POOL_COLOURS = ("#2f6f9f", "#6aa84f", "#8e63ce", "#c98a1b", "#3d8f8b")
_PENDING_COLOUR, _WANTED_COLOUR, _TEXT, _GRID = "#c0392b", "#1b2a38", "#22313f", "#e3e8ec"
_MARK_COLOURS = {"scale-up": "#2e8b57", "scale-down": "#d98324", "error": "#c0392b", "none": "#b9c3cb"}
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240)
_COUNTS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class _Plot:
    """An area of the picture with its scales; `top` is the smaller y."""

    top: float
    height: float
    minutes: float
    highest: float

    def x(self, minute: float) -> float:
        """Return the place of a minute."""
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * minute / max(1.0, self.minutes)

    def y(self, value: float) -> float:
        """Return the height of a value."""
        return self.top + self.height * (1 - value / max(1.0, self.highest))

    def steps(self, points: Sequence[tuple[float, float]]) -> str:
        """Return the path of a line that changes in steps."""
        parts = []
        for at, (minute, value) in enumerate(points):
            x, y = self.x(minute), self.y(value)
            parts.append(f"M{x:.1f} {y:.1f}" if at == 0 else f"H{x:.1f}V{y:.1f}")
        return "".join(parts)

    def area(self, points: Sequence[tuple[float, float]], base: Sequence[tuple[float, float]]) -> str:
        """Return the path between two lines that change in steps."""
        back = [f"L{self.x(base[-1][0]):.1f} {self.y(base[-1][1]):.1f}"]
        for (minute, _), (_, before) in zip(reversed(base), [*reversed(base[:-1]), base[0]], strict=True):
            back.append(f"H{self.x(minute):.1f}V{self.y(before):.1f}")
        return self.steps(points) + "".join(back) + "Z"


def timeline_svg(runs: Sequence[ScenarioRun]) -> str:
    """Return the picture of runs, one below the other on one scale of time."""
    minutes = max(run.samples[-1].minute for run in runs)
    most_nodes = max(max(_wanted(sample), _ready(sample)) for run in runs for sample in run.samples)
    most_pending = max(sample.pending for run in runs for sample in run.samples)
    height = _PANEL * len(runs) + 8
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
            f'height="{height}" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="{_TEXT}">'
        ),
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, run in enumerate(runs):
        parts += _panel(run, number * _PANEL, minutes, most_nodes, most_pending)
    return "\n".join([*parts, "</svg>\n"])


def _panel(run: ScenarioRun, top: float, minutes: float, most_nodes: int, most_pending: int) -> list[str]:
    nodes = _Plot(top + _TITLE, _NODES, minutes, most_nodes * 1.08)
    pending = _Plot(top + _TITLE + _NODES + _GAP, _PENDING, minutes, max(1, most_pending) * 1.1)
    bottom = pending.top + _PENDING
    return [
        _label(_LEFT, top + 22, f"{run.scenario.title} - {run.autoscaler}", size=15, weight="bold"),
        *_legend(run, top + 40),
        _label(_WIDTH - _RIGHT, top + 22, _outcome(run), anchor="end"),
        *_grid(nodes, most_nodes, "nodes"),
        *_grid(pending, most_pending, "pending pods"),
        *_pools(run, nodes),
        _path(nodes.steps([(one.minute, _wanted(one)) for one in run.samples]), _WANTED_COLOUR, dash="5 3"),
        *_waiting(run, pending),
        *_end(run, nodes),
        *(_mark(tick, nodes, bottom + 16) for tick in run.ticks),
        *_times(nodes, bottom + _MARKS, minutes),
        _counted(run, bottom + _MARKS + _AXIS + 14),
    ]


def _outcome(run: ScenarioRun) -> str:
    """Return in a few words how it went."""
    acted = len(run.ticks_with("scale-up")) + len(run.ticks_with("scale-down"))
    settled = run.settled_at()
    waits = "pods still wait at the end" if settled is None else f"no pod waits from minute {settled:.0f} on"
    if not any(sample.pending for sample in run.samples):
        waits = "no pod ever waits"
    return f"{acted} of {len(run.ticks)} ticks act; {waits}"


def _counted(run: ScenarioRun, y: float) -> str:
    """Return what the run did to the pods, in red where it broke something."""
    counts = run.disruptions
    broke = counts.killed or counts.budgets_broken or counts.minutes_down
    label = _label(_LEFT, y, counts.text(run.node_hours()), weight="bold")
    return f'<g fill="{_PENDING_COLOUR if broke else _TEXT}">{label}</g>'


def _wanted(sample: Sample) -> int:
    return sum(sample.sizes.values())


def _ready(sample: Sample) -> int:
    return sum(sample.ready.values())


def _pools(run: ScenarioRun, plot: _Plot) -> list[str]:
    """Return the Ready nodes as areas, one pool on top of the other."""
    base = [(sample.minute, 0.0) for sample in run.samples]
    parts = []
    for name, colour in zip(run.samples[0].sizes, _POOL_COLOURS * 4, strict=False):
        line = [(minute, low + one.ready[name]) for (minute, low), one in zip(base, run.samples, strict=True)]
        parts.append(f'<path d="{plot.area(line, base)}" fill="{colour}" fill-opacity="0.55"/>')
        parts.append(_path(plot.steps(line), colour))
        base = line
    return parts


def _waiting(run: ScenarioRun, plot: _Plot) -> list[str]:
    line = [(sample.minute, float(sample.pending)) for sample in run.samples]
    base = [(minute, 0.0) for minute, _ in line]
    area = f'<path d="{plot.area(line, base)}" fill="{_PENDING_COLOUR}" fill-opacity="0.25"/>'
    return [area, _path(plot.steps(line), _PENDING_COLOUR)]


def _legend(run: ScenarioRun, y: float) -> list[str]:
    """Return every sign that the panel draws, in the form that it is drawn in."""
    parts, x, middle = [], float(_LEFT), y - 4
    square = f'y="{y - 9:.0f}" width="10" height="10" rx="2"'
    signs = [
        (f"{name} ready", f'<rect x="{{left}}" {square} fill="{colour}" fill-opacity="0.55" stroke="{colour}"/>')
        for name, colour in zip(run.samples[0].sizes, _POOL_COLOURS * 4, strict=False)
    ]
    signs.append(("size asked for", _path(f"M{{left}} {middle:.1f}h12", _WANTED_COLOUR, dash="5 3")))
    for name, sign in signs:
        parts += [sign.format(left=f"{x:.1f}"), _label(x + 17, y, name)]
        x += 36 + 6.4 * len(name)
    for action in _MARK_COLOURS:
        if run.ticks_with(action):
            parts += [_sign(action, x + 5, middle, ""), _label(x + 17, y, f"tick: {action}")]
            x += 36 + 6.4 * len(f"tick: {action}")
    return parts


def _grid(plot: _Plot, highest: int, name: str) -> list[str]:
    step = _step(highest, 4, _COUNTS)
    parts = [_label(14, plot.top + plot.height / 2, name, turn=True)]
    for value in range(0, int(highest) + 1, step):
        y = plot.y(value)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{_GRID}"/>')
        parts.append(_label(_LEFT - 8, y + 4, str(value), anchor="end"))
    return parts


def _times(plot: _Plot, y: float, minutes: float) -> list[str]:
    step = _step(minutes, 12, _STEPS)
    unit: Callable[[int], str] = (lambda at: f"{at // 60} h") if step >= 60 else (lambda at: f"{at} min")
    return [_label(plot.x(at), y + 14, unit(at), anchor="middle") for at in range(0, int(minutes) + 1, step)]


def _step(highest: float, most: int, steps: Iterable[int]) -> int:
    return next((step for step in steps if highest / step <= most), 2000)


def _mark(tick: TickRecord, plot: _Plot, y: float) -> str:
    """Return the sign of what a tick did; hovering shows the answer."""
    action = next((one for one in ("error", "scale-up", "scale-down") if one in tick.actions), "none")
    answer = escape("; ".join(f"{part.get('node-pool-name', '')} {part.get('reason', '')}" for part in tick.parts))
    return _sign(action, plot.x(tick.minute), y, f"<title>minute {tick.minute:.0f}: {answer}</title>")


def _sign(action: str, x: float, y: float, title: str) -> str:
    """Return a triangle up or down, a cross, or a dot, with its middle at x and y."""
    colour = _MARK_COLOURS[action]
    shapes = {
        "scale-up": f'<path d="M{x - 5:.1f} {y + 4:.1f}h10l-5 -9z" fill="{colour}">{title}</path>',
        "scale-down": f'<path d="M{x - 5:.1f} {y - 4:.1f}h10l-5 9z" fill="{colour}">{title}</path>',
        "error": f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8" stroke="{colour}" stroke-width="2">{title}</path>',
    }
    return shapes.get(action, f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}">{title}</circle>')


def _end(run: ScenarioRun, plot: _Plot) -> list[str]:
    """Return a line where a run ends before the picture does: what is right of it was not run."""
    last = run.samples[-1].minute
    if last >= plot.minutes:
        return []
    x, bottom = plot.x(last), plot.top + plot.height
    line = f'<path d="M{x:.1f} {plot.top:.1f}V{bottom:.1f}" stroke="{_TEXT}" stroke-dasharray="2 3"/>'
    return [line, _label(x + 6, plot.top + 14, f"end of this run, minute {last:.0f}")]


def _path(shape: str, colour: str, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{shape}" fill="none" stroke="{colour}" stroke-width="1.5"{dashed}/>'


def _label(
    x: float, y: float, text: str, *, size: int = 12, weight: str = "normal", anchor: str = "start", turn: bool = False
) -> str:
    turned = f' transform="rotate(-90 {x:.0f} {y:.0f})" text-anchor="middle"' if turn else f' text-anchor="{anchor}"'
    style = f'font-size="{size}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}{turned}>{escape(text)}</text>'
