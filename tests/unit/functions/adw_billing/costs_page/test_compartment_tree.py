"""The tree of compartments: a node has the cost of all below it, and finds itself and them."""

from __future__ import annotations

from decimal import Decimal

from functions.adw_billing.costs_page.compartment_tree import compartment_nodes
from functions.adw_billing.query.question import filters_of

COSTS = [
    ("/prod/web", Decimal(5)),
    ("/prod/web/edge", Decimal("0.5")),
    ("/prod", Decimal(1)),
    ("/", Decimal(2)),
    ("/test/deep/er", Decimal(30)),
    ("loose", Decimal(3)),
    ("", Decimal(-1)),
]


def test_nodes_come_from_the_top_the_dearest_branch_first() -> None:
    nodes, more = compartment_nodes(COSTS, 50)
    assert more == 0
    assert [(each.depth, each.name, each.value, str(each.cost)) for each in nodes] == [
        (0, "/test", "/test/**", "30"),
        (1, "deep", "/test/deep/**", "30"),
        (2, "er", "/test/deep/er/**", "30"),
        (0, "/prod", "/prod/**", "6.5"),
        (1, "web", "/prod/web/**", "5.5"),
        (2, "edge", "/prod/web/edge/**", "0.5"),
        (0, "loose", "loose", "3"),
        (0, "/", "/", "2"),
        (0, "", "", "-1"),
    ]


def test_the_dearest_nodes_are_kept_with_those_above_them() -> None:
    nodes, more = compartment_nodes(COSTS, 3)
    assert ([each.value for each in nodes], more) == (["/test/**", "/test/deep/**", "/test/deep/er/**"], 6)


def test_a_path_of_a_thousand_names_is_a_tree_too() -> None:
    nodes, _ = compartment_nodes([("/a" * 1500, Decimal(1))], 5000)
    assert nodes[-1].depth == 1499


def test_a_node_finds_itself_and_what_is_below() -> None:
    assert [each.value for each in filters_of("compartment=/prod/web/**")] == ["/prod/web", "/prod/web/*"]
