"""From what is there under a name to what is done about it."""

from __future__ import annotations

import pytest

from ops.oke.errors import NameTaken
from ops.oke.plan import Make, TakeUp, cluster_step, retry_token
from ops.oke.values import TAG, ClusterView


def cluster(ident: str, state: str = "ACTIVE", *, vcn: str = "v", tagged: bool = True) -> ClusterView:
    return ClusterView(ident, "prod", state, "c", vcn=vcn, tags={**TAG, "more": "1"} if tagged else {})


def step(*found: ClusterView, name: str = "prod") -> Make | TakeUp:
    return cluster_step(found, compartment="c", name=name, vcn="v")


@pytest.mark.parametrize("state", ["CREATING", "ACTIVE", "UPDATING"])
def test_what_an_earlier_run_made_is_taken_up(state: str) -> None:
    assert step(cluster("a", state), cluster("b", "DELETED")) == TakeUp("a")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([cluster("a"), cluster("b")], "2 with the name prod: a (ACTIVE), b (ACTIVE)"),
        ([cluster("a"), cluster("b", tagged=False)], "2 with the name prod"),
        ([cluster("a", tagged=False)], "did not make"),
        ([cluster("a", "FAILED")], "has failed"),
        ([cluster("a", vcn="w")], "another VCN, w"),
    ],
)
def test_what_must_not_be_taken_up_is_refused_and_named(found: list[ClusterView], told: str) -> None:
    with pytest.raises(NameTaken) as error:
        step(*found)
    assert told in error.value.message
    assert all(each.id in str(error.value.fields["found"]) for each in found)


def test_a_wish_has_one_token_until_what_it_made_is_gone() -> None:
    first = step()
    assert first == step() == Make(retry_token("cluster", "c", "prod", []))
    after = step(cluster("a", "DELETING"))
    assert after == step(cluster("a", "DELETED"))
    assert step(cluster("a", "DELETED"), cluster("b", "DELETED")) == step(
        cluster("b", "DELETED"), cluster("a", "DELETED")
    )
    assert len({first, after, step(name="other"), step(cluster("b", "DELETED"))}) == 4
    assert isinstance(first, Make)
    assert len(first.token) <= 64, "the longest that OCI takes"


def test_a_pool_and_a_cluster_of_one_name_have_different_tokens() -> None:
    assert retry_token("cluster", "x", "prod", []) != retry_token("node pool", "x", "prod", [])
