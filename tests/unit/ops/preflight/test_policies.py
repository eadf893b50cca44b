"""Which rights a function needs, and whether statements give them."""

from __future__ import annotations

import pytest

from ops.preflight.policies import Right, groups_of, missing, needed

FUNCTION = "ocid1.fnfunc.oc1.iad.aaaa"
COMPARTMENT = "ocid1.compartment.oc1..aaaa"


@pytest.mark.parametrize(
    "statement",
    [
        "Allow dynamic-group g to use clusters in compartment c",
        "allow dynamic-group 'Default'/'g' to MANAGE clusters in compartment id ocid1.c where target.cluster.id = 'x'",
        "Allow dynamic-group Default/G to manage cluster-family in tenancy",
        "  ALLOW DYNAMIC-GROUP g TO manage all-resources IN tenancy",
        "Endorse dynamic-group g to use clusters in tenancy other",
    ],
)
def test_a_right_is_given_by_its_verb_or_a_stronger_one_on_its_type_or_family(statement: str) -> None:
    assert missing([Right("use", "clusters")], {"g"}, [statement]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "Allow dynamic-group g to read clusters in compartment c",
        "Allow dynamic-group other to use clusters in compartment c",
        "Allow group g to use clusters in compartment c",
        "Allow dynamic-group g to use cluster-node-pools in compartment c",
        "Allow dynamic-group g to fly clusters in compartment c",
        "",
    ],
)
def test_a_weaker_verb_another_group_or_type_does_not_give_it(statement: str) -> None:
    assert missing([Right("use", "clusters")], {"g"}, [statement]) == [Right("use", "clusters")]


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        (f"ALL {{resource.type = 'fnfunc', resource.id = '{FUNCTION}'}}", True),
        (f"ALL {{resource.type = 'fnfunc', resource.compartment.id = '{COMPARTMENT}'}}", True),
        (f"ALL {{resource.compartment.id = '{COMPARTMENT}'}}", True),
        (f"ALL {{resource.type = 'cluster', resource.compartment.id = '{COMPARTMENT}'}}", False),
        ("ALL {resource.type = 'fnfunc', resource.id = 'ocid1.fnfunc.oc1.iad.other'}", False),
    ],
)
def test_a_group_holds_a_function_by_its_ocid_or_its_compartment(rule: str, *, holds: bool) -> None:
    assert groups_of(FUNCTION, COMPARTMENT, {"g": rule}) == ({"g"} if holds else set())


@pytest.mark.parametrize(
    ("function", "config", "rights"),
    [
        ("request-context", {}, set()),
        ("request-context", {"publish_metrics": "true"}, {"use metrics"}),
        ("oke-autoscaler", {}, {"use clusters", "manage cluster-node-pools", "read cluster-work-requests"}),
        ("adw-billing", {}, {"read objects"}),
        ("adw-billing", {"db_ocid": "x"}, {"read objects", "read autonomous-databases"}),
        ("adw-billing", {"db_pass_secret_id": "y"}, {"read objects", "read secret-bundles"}),
        ("codecard-avatar", {"oss_bucket": "https://h/n/a/b/c"}, {"manage objects"}),
        ("codecard-avatar", {"oss_bucket": "https://h/p/token/n/a/b/c/o/"}, set()),
        ("codecard-avatar", {}, set()),
    ],
)
def test_what_is_needed_follows_the_config(function: str, config: dict[str, str], rights: set[str]) -> None:
    assert {str(right) for right in needed(function, config)} == rights
