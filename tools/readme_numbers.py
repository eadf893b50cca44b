"""README's three numbers with their pictures, from what `make pictures` has measured (docs/pictures/figures.json)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.demo import figures

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = ("docs", "pictures")


def three_numbers(root: Path) -> str:
    """Return the burst, the billing total and the badge, each above its picture."""
    found = figures.read(root.joinpath(*PICTURES))
    burst, billing, badge = found["autoscaler"], found["billing"], found["badge"]
    return f"""**A burst of {burst["pods"]} pods that need {burst["nodes"]} nodes: no pod waits from minute \
{burst["settled_minute"]} on.** The published autoscaler adds one node a tick;
oke-autoscaler works out where every pod will go, and asks for all nodes at once. Above the wall, below the staircase:
{burst["staircase_ticks"]} ticks, the last in minute {burst["staircase_minute"]}.

![Nodes and waiting pods over time: oke-autoscaler in one step, one node a tick in {burst["staircase_ticks"]}]\
(docs/pictures/burst.svg)

**Billing to the last digit.** A quarter of cost and FOCUS reports, with late rows, corrections and reports published
twice, is in the warehouse once, and its total is the generator's own: {billing["total"]} USD. `billing report`
prints the tables, and the reconciliation of both kinds of report.

![Cost by day and service, as a bar chart](docs/pictures/cost.svg)

**A press of the button becomes a badge of {badge["picture_bytes"]:,} bytes**, within the 5 seconds that the card \
waits. At OCI's API gateway a
{badge["shown_by"]["OCI's gateway"]} card shows it; behind a load balancer with suites of its own, \
{badge["shown_by"]["load balancer"]} cards do:
[which card can do what](docs/codecard-avatar.md#which-card-can-do-what).

<img src="docs/pictures/card.png" width="424" alt="A Code Card that shows the badge of {badge["name"]}">
"""


def demo_end(root: Path) -> str:
    """Return the demo's last lines of figures: the burst's, and what the idle pool's shrinking did to the pods."""
    found = figures.read(root.joinpath(*PICTURES))
    lines = [found["autoscaler"]["verdict"], "", *found["idle"]["harm"]]
    return "```\n" + "".join(f"   {line}".rstrip() + "\n" for line in lines) + "```\n"


PARTS = {"three-numbers": three_numbers, "demo-end": demo_end}
"""What stands between markers of README, by the word of the marker."""
