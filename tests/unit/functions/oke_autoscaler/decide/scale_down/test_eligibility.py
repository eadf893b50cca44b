"""What keeps a node, in one place for new removals and for those that have begun."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.decide.scale_down.eligibility import find_operator_hold
from functions.oke_autoscaler.model.kubernetes_objects import Metadata, Node
from functions.oke_autoscaler.model.nodes import SCALE_DOWN_DISABLED


@pytest.mark.parametrize(
    ("value", "held"), [("true", True), ("false", False), ("True", False), ("", False), (None, False)]
)
def test_only_the_annotation_true_keeps_a_node(value: str | None, *, held: bool) -> None:
    annotations = None if value is None else {SCALE_DOWN_DISABLED: value}
    assert (find_operator_hold(Node(metadata=Metadata(name="n", annotations=annotations))) is not None) is held
