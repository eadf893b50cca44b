"""Selectors, tolerations and taints: whether this matches that."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.model.kubernetes_objects import (
    LabelSelector,
    NodeSelector,
    NodeSelectorTerm,
    Requirement,
    Taint,
    Toleration,
)
from functions.oke_autoscaler.model.selectors import (
    first_untolerated,
    node_selected,
    requirement_holds,
    selects,
    tolerated,
)

LABELS = {"app": "web", "size": "3"}


@pytest.mark.parametrize(
    ("operator", "key", "values", "holds"),
    [
        ("In", "app", ["web"], True),
        ("In", "none", ["web"], False),
        ("NotIn", "app", ["web"], False),
        ("NotIn", "none", ["web"], True),
        ("Exists", "app", None, True),
        ("DoesNotExist", "app", None, False),
        ("Gt", "size", ["2"], True),
        ("Gt", "size", ["3"], False),
        ("Lt", "size", ["4"], True),
        ("Lt", "app", ["4"], False),
        ("Gt", "size", [], False),
        ("Near", "app", ["web"], False),
    ],
)
def test_every_operator(operator: str, key: str, values: list[str] | None, *, holds: bool) -> None:
    assert requirement_holds(Requirement(key, operator, values), LABELS) is holds


def test_a_null_selector_selects_nothing_and_an_empty_one_everything() -> None:
    assert not selects(None, LABELS)
    assert selects(LabelSelector(), {})


def test_all_rows_of_a_selector_must_hold() -> None:
    row = Requirement("size", "Exists")
    assert selects(LabelSelector({"app": "web"}, [row]), LABELS)
    assert not selects(LabelSelector({"app": "api"}, [row]), LABELS)
    assert not selects(LabelSelector({"app": "web"}, [Requirement("zone", "Exists")]), LABELS)


def test_one_term_of_a_node_selector_is_enough_and_an_empty_one_never_holds() -> None:
    named = NodeSelectorTerm(None, [Requirement("metadata.name", "In", ["n1"])])
    absent = NodeSelectorTerm([Requirement("gpu", "Exists")])
    assert node_selected(NodeSelector([absent, named]), LABELS, "n1")
    assert not node_selected(NodeSelector([absent, named]), LABELS, "n2")
    assert not node_selected(NodeSelector([NodeSelectorTerm()]), LABELS, "n1")
    assert not node_selected(NodeSelector([]), LABELS, "n1")


TAINT = Taint(key="team", value="a", effect="NoSchedule")


@pytest.mark.parametrize(
    ("toleration", "holds"),
    [
        (Toleration("team", "Equal", "a", "NoSchedule"), True),
        (Toleration("team", None, "a"), True),
        (Toleration("team", "Equal", "b"), False),
        (Toleration("team", "Exists"), True),
        (Toleration(None, "Exists"), True),
        (Toleration("team", "Exists", None, "NoExecute"), False),
        (Toleration("other", "Exists"), False),
        (Toleration("team", "Near", "a"), False),
    ],
)
def test_what_tolerates_a_taint(toleration: Toleration, *, holds: bool) -> None:
    assert tolerated(TAINT, [toleration]) is holds


def test_only_hard_taints_keep_a_pod_away() -> None:
    soft = Taint(key="x", effect="PreferNoSchedule")
    assert first_untolerated([soft], []) is None
    assert first_untolerated([soft, TAINT], []) is TAINT
