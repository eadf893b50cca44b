"""Pools by tag: which have it, and whose bounds hold."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.pool_tags import has_tags, parse_tags, tagged_bounds
from functions.oke_autoscaler.settings import Settings
from shared.errors import MissingInputData
from shared.settings import load_settings

CLUSTER = "ocid1.cluster.oc1.iad.c"
P = "ocid1.nodepool.oc1.iad.p"


def test_tags_are_freeform_or_with_a_namespace_defined_and_all_must_match() -> None:
    wanted = parse_tags("managed=true & ops.team=a")
    assert wanted == (("managed", "true"), ("ops.team", "a"))
    assert has_tags(wanted, {"managed": "true"}, {"ops": {"team": "a"}})
    assert not has_tags(wanted, {"managed": "true", "ops.team": "a"}, None)
    assert not has_tags(wanted, {"managed": "True"}, {"ops": {"team": "a"}})
    assert not has_tags(wanted, None, {"ops": {"team": "a"}})
    assert has_tags(parse_tags("a.b.c=1"), {"a.b.c": "1"}, None)
    assert has_tags(parse_tags("ops.on=True"), None, {"ops": {"on": True}})


@pytest.mark.parametrize("text", ["managed", "=true", "managed=", "a=1&", "a=1&&b=2", "a=1&a=2"])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key=value|twice"):
        parse_tags(text)


def test_the_tags_of_a_pool_come_before_the_bounds_of_all() -> None:
    assert tagged_bounds(None, 1, 5) == (1, 5)
    assert tagged_bounds({"minSize": "2", "maxSize": "9"}, 1, 5) == (2, 9)
    assert tagged_bounds({"maxSize": "9"}, 1, None) == (1, 9)


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        ({"maxSize": "many"}, "tag maxSize of 'many', which is no whole number"),
        ({"minSize": "-1"}, "tag minSize of '-1'"),
        ({"maxSize": "10000000"}, "up to 1000000"),
        ({"minSize": "6"}, "has maxSize 5, below its minimum of 6"),
    ],
)
def test_bounds_that_cannot_be_told_are_refused(tags: dict[str, str], text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (the text is looked at)
        tagged_bounds(tags, 1, 5)
    assert text in str(caught.value)
    with pytest.raises(ValueError, match="no tag maxSize"):
        tagged_bounds({}, 1, None)


def test_the_key_stands_alone_and_needs_no_bounds() -> None:
    only = {"cluster_id": CLUSTER, "node_pool_tag": "managed=true"}
    settings = load_settings(Settings, {**only, "node_pool_eval_cpu_load": "20"})
    assert (settings.pools, settings.scale_down_on, settings.enforces_min_size) == ((), True, True)
    for more, key in (
        ({"node_pool_id": P}, "node_pool_id"),
        ({"node_pools": f'[{{"id": "{P}", "max_size": 1}}]'}, "node_pool_tag"),
        ({"node_pool_tag": "managed"}, "node_pool_tag"),
        ({"node_pool_compartment_id": P}, "node_pool_compartment_id"),
    ):
        with pytest.raises(MissingInputData) as caught:
            load_settings(Settings, {**only, **more})
        assert key in caught.value.faults
