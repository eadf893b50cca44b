"""Which counts a group of pods feeds, and which rules bind it."""

from __future__ import annotations

from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup, SchedulingSpec
from functions.oke_autoscaler.decide.simulation.constraints import NAME_LABEL, Constraints
from functions.oke_autoscaler.decide.simulation.static_fit import StaticFit
from functions.oke_autoscaler.decide.simulation.topology_domains import AffinityRule, AntiAffinityRule, SpreadRule
from functions.oke_autoscaler.model.kubernetes_objects import (
    Affinity,
    LabelSelector,
    Metadata,
    PodAffinity,
    PodAffinityTerm,
    PodSpec,
    TopologySpreadConstraint,
)
from functions.oke_autoscaler.model.oci_objects import Namespace

WEB = LabelSelector({"app": "web"})


def group(ident: int, app: str, namespace: str = "default", **spec: object) -> PodGroup:
    return PodGroup(ident, namespace, {"app": app}, SchedulingSpec(ident, PodSpec(**spec), 0), ())  # type: ignore[arg-type]


def apart(**more: object) -> Affinity:
    return Affinity(pod_anti_affinity=PodAffinity([PodAffinityTerm("zone", WEB, **more)]))  # type: ignore[arg-type]


def together() -> Affinity:
    return Affinity(pod_affinity=PodAffinity([PodAffinityTerm("zone", WEB)]))


class Asked:
    """The rules of every group, and which counts each feeds, once all have been asked for their rules."""

    def __init__(self, groups: tuple[PodGroup, ...], namespaces: tuple[Namespace, ...] = ()) -> None:
        self.constraints = Constraints(groups, StaticFit(groups), namespaces)
        self.rules = [self.constraints.rules(each) for each in groups]
        self.new = self.constraints.take_new()
        self.fed = [[count for count, feeders in self.new if each in feeders] for each in groups]

    @property
    def feeds(self) -> list[int]:
        return [len(counts) for counts in self.fed]


def bound(*groups: PodGroup, namespaces: tuple[Namespace, ...] = ()) -> Asked:
    return Asked(groups, namespaces)


def test_a_group_without_rules_that_nobody_asks_for_is_free() -> None:
    found = bound(group(0, "web"), group(1, "db"))
    assert (found.new, found.feeds) == ([], [0, 0])


def test_anti_affinity_binds_both_directions() -> None:
    owner, selected, other = group(0, "db", affinity=apart()), group(1, "web"), group(2, "cache")
    found = bound(owner, selected, other)
    (own,), (reverse,), none = found.rules
    assert isinstance(own, AntiAffinityRule)
    assert isinstance(reverse, AntiAffinityRule)
    assert (own.own, none) == (0, [])
    assert found.fed[1] == [own.count]
    assert found.fed[0] == [reverse.count]


def test_a_group_that_keeps_its_own_kind_away_counts_itself() -> None:
    found = bound(group(0, "web", affinity=apart()))
    assert [rule.own for rule in found.rules[0]] == [1], "one count says who owns the term and whom it selects"


def test_affinity_to_its_own_kind_lets_the_first_pod_in() -> None:
    found = bound(group(0, "web", affinity=together()), group(1, "db", affinity=together()))
    rules = [each[0] for each in found.rules]
    assert [isinstance(rule, AffinityRule) and rule.own for rule in rules] == [1, 0]
    assert found.feeds == [1, 0]


def test_a_term_counts_its_own_namespace_unless_it_names_others() -> None:
    elsewhere = group(1, "web", "elsewhere")
    known = Namespace(Metadata("elsewhere", labels={NAME_LABEL: "elsewhere", "team": "a"}))
    for more, counted in (
        ({}, 0),
        ({"namespaces": ["elsewhere"]}, 1),
        ({"namespace_selector": LabelSelector()}, 1),
        ({"namespace_selector": LabelSelector({"team": "a"})}, 1),
        ({"namespace_selector": LabelSelector({"team": "b"})}, 0),
    ):
        found = bound(group(0, "db", affinity=apart(**more)), elsewhere, namespaces=(known,))
        assert len(found.fed[1]) == counted, more


def test_spreads_count_no_pods_on_their_way_out_and_affinity_does() -> None:
    leaving = group(1, "web")
    leaving.leaving = True
    spread = [TopologySpreadConstraint("zone", 2, label_selector=WEB)]
    found = bound(group(0, "web", topology_spread_constraints=spread), leaving)
    (rule,) = found.rules[0]
    assert isinstance(rule, SpreadRule)
    assert (rule.max_skew, rule.own, found.feeds) == (2, 1, [1, 0])
    assert bound(group(0, "db", affinity=together()), leaving).feeds == [0, 1]


def test_groups_that_ask_the_same_question_share_its_count() -> None:
    spread = [TopologySpreadConstraint("zone", label_selector=WEB)]
    groups = [group(ident, "web", topology_spread_constraints=spread, priority=ident) for ident in range(3)]
    assert len(bound(*groups).new) == 1


def test_label_keys_select_pods_of_the_same_value() -> None:
    spread = [TopologySpreadConstraint("zone", label_selector=LabelSelector({}), match_label_keys=["app"])]
    found = bound(group(0, "web", topology_spread_constraints=spread), group(1, "db"))
    assert found.feeds == [1, 0]
