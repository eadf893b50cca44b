"""Charts and rows of the cluster's history: the same moments, each led to by its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.cluster_page.history_part import history_part
from functions.oke_autoscaler.cluster_page.size_timeline import utc_second
from functions.oke_autoscaler.model.course import Moment
from functions.oke_autoscaler.model.decision import Decision, PoolVerdict
from functions.oke_autoscaler.model.snapshot import Snapshot
from functions.oke_autoscaler.model.tick_state import ChangeRecord, TickState

if TYPE_CHECKING:
    from collections.abc import Sequence

HISTORY = (
    ChangeRecord(1000, "scale-up", "unschedulable-pods", "a", pods_count=7, size_before=1, size_after=4),
    ChangeRecord(1000, "scale-up", "unschedulable-pods", "b", pods_count=1, size_before=0, size_after=1),
    ChangeRecord(4000, "scale-down", "unneeded", "a", size_before=4, size_after=2, flapping="bought and removed"),
)
COURSE = (
    Moment(500, 0, {"a": (1, 100.0), "b": (0, 50.0)}),
    Moment(1002, 8, {"a": (4, 100.0), "b": (1, 50.0)}),
    Moment(1200, 0),
    Moment(4001, 0, {"a": (2, 100.0)}),
)


def pool(name: str, size: int, cost: float | None = 10.0) -> PoolVerdict:
    return PoolVerdict(f"id-{name}", name, size, size, "no-resource-pressure", "ready", node_cost=cost)


def looked(
    pools: Sequence[PoolVerdict], history: Sequence[ChangeRecord] = HISTORY, course: Sequence[Moment] = COURSE
) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    snapshot = Snapshot([], [], [], state=TickState(history=tuple(history)), course=course)
    values, charts = history_part(snapshot, Decision(tuple(pools)), 9000)
    return values, {str(chart["id"]): chart for chart in charts}


def lines(chart: dict[str, object]) -> dict[str, object]:
    return {each["name"]: each["values"] for each in chart["series"]}  # type: ignore[attr-defined]


def test_the_three_charts_have_the_same_moments_and_move_together() -> None:
    values, charts = looked([pool("a", 2, 100.0), pool("b", 1, 50.0)])
    assert charts["sizes"]["x"] == [utc_second(at) for at in (500, 1000, 1200, 4000, 9000)]
    assert lines(charts["sizes"]) == {"a": [1, 4, 4, 2, 2], "b": [0, 1, 1, 1, 1]}
    assert lines(charts["pending"]) == {"waiting pods": [0, 8, 0, 0, 0]}
    assert lines(charts["cost"]) == {"cost a month": [100.0, 450.0, 450.0, 250.0, 250.0]}
    assert {(str(chart["x"]), str(chart["sync"]), str(chart["rows"])) for chart in charts.values()} == {
        (str(charts["sizes"]["x"]), "cluster", "['', 'change-1', '', 'change-2', '']")
    }
    assert [charts[name].get("whole", False) for name in ("sizes", "pending", "cost")] == [True, True, False]
    texts = dict(values["timelines"])  # type: ignore[call-overload]
    assert texts["sizes"].startswith("Nodes asked for, by pool, UTC: at most 5, on 1970-01-01 at 00:16; 3 now")
    assert texts["pending"].startswith("Pods that waited for a node: at most 8, on 1970-01-01 at 00:16; 0 now")
    assert texts["cost"] == "Cost a month of the nodes asked for: between 100 and 450; 250 now."


def test_each_moment_has_its_reasons_and_each_change_its_row() -> None:
    values, charts = looked([pool("a", 2), pool("b", 1)])
    assert charts["sizes"]["notes"] == [
        "",
        "scale-up a 1 to 4 for 7 pods: unschedulable-pods; scale-up b 0 to 1 for 1 pod: unschedulable-pods",
        "",
        "scale-down a 4 to 2: bought and removed",
        "now",
    ]
    assert charts["sizes"]["marks"] == [{"x": utc_second(4000), "text": "flapping"}]
    rows = values["change_rows"]
    assert [row["id"] for row in rows] == ["change-2", "change-1", "change-0"]  # type: ignore[attr-defined]
    assert rows[0]["moment"] == utc_second(4000)  # type: ignore[index]
    cells = rows[0]["cells"]  # type: ignore[index]
    assert cells[1] == "flapping"
    assert cells[3:6] == ["4 \N{RIGHTWARDS ARROW} 2", "\N{EN DASH}", "\N{EN DASH}"]


def test_what_nobody_knows_is_not_drawn() -> None:
    _, charts = looked([pool("a", 2, None), pool("b", 1, None)], course=())
    assert list(charts) == ["sizes"]
    assert looked([pool("a", 2)], (), ())[1] == {}


def test_more_than_eight_pools_are_one_line_with_the_rest() -> None:
    pools = [pool(f"p{at}", at) for at in range(12)]
    change = ChangeRecord(1000, "scale-up", "", "p11", size_before=10, size_after=11)
    _, charts = looked(pools, (change,), ())
    assert len(lines(charts["sizes"])) == 9
    assert lines(charts["sizes"])["4 others"] == [6, 6]
