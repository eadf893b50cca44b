"""Scenario files, and how a run is described and drawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from emulator.__main__ import main
from emulator.base.keys import KeyRing
from emulator.closed_loop.autoscalers import OneNodeATick, config
from emulator.closed_loop.expectations import RULES, unmet_expectations
from emulator.closed_loop.scenario import (
    EXPECTED,
    FOLDER,
    Event,
    Scenario,
    ScenarioError,
    load_scenario,
    parse_scenario,
)
from emulator.closed_loop.scenario_cluster import ScenarioCluster
from emulator.closed_loop.scenario_run import ScenarioRun, run_loop
from emulator.closed_loop.timeline_picture import timeline_svg
from emulator.closed_loop.timeline_text import timeline_text
from emulator.oke.emulated_cluster import EmulatedCluster
from emulator.services.identity.service import IdentityService

POOL: dict[str, Any] = {"name": "p", "size": 1, "min_size": 1, "max_size": 3}


def set_up(tmp_path: Path, **body: Any) -> ScenarioCluster:
    cluster = EmulatedCluster(IdentityService(tmp_path / "principals", KeyRing(tmp_path / "keys")))
    made = ScenarioCluster(cluster, parse_scenario({"pools": [POOL], **body}))
    made.build()
    return made


def run_original(tmp_path: Path, **body: Any) -> ScenarioRun:
    made = set_up(tmp_path, **body)
    return run_loop(made, OneNodeATick(made), made.scenario.minutes)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "a mapping"),
        ({}, "pools: at least one"),
        ({"pools": [POOL], "color": 1}, "unknown keys: color"),
        ({"pools": [POOL], "minutes": "ten"}, "minutes: a number"),
        ({"pools": [POOL], "events": [{"at": 1}]}, r"events\[0\]"),
        ({"pools": [POOL], "events": [{"at": 1, "scale": {}, "resize": {}}]}, r"events\[0\]"),
        ({"pools": [POOL], "events": [{"scale": {}}]}, r"events\[0\]"),
        ({"pools": [{**POOL, "memory_gb": 1}]}, r"pools\[0\]: unknown memory_gb"),
        ({"pools": [POOL], "workloads": [{"cpu": 1}]}, r"workloads\[0\]: name is missing"),
        ({"pools": [POOL], "expect": {"luck": 1}}, "expect: unknown luck"),
        ({"pools": [POOL, POOL], "compare": True}, "compare: the published rule"),
    ],
)
def test_a_faulty_scenario_names_its_fault(body: Any, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        parse_scenario(body)


def test_a_file_that_is_missing_or_no_yaml_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("pools: [")
    for file in (broken, tmp_path / "missing.yaml"):
        with pytest.raises(ScenarioError, match=file.name):
            load_scenario(file)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_scenario_file_is_valid_and_expects_something(file: Path) -> None:
    scenario = load_scenario(file)
    assert scenario.title
    assert scenario.expect


def test_one_pool_is_configured_by_the_published_keys_and_several_by_a_list(tmp_path: Path) -> None:
    one = set_up(tmp_path, function={"unneeded_minutes": 6})
    pool = one.pools["p"].id
    assert config(one.cluster, one) == {
        "cluster_id": one.cluster.id,
        "node_pool_eval_window": "3",
        "node_pool_id": pool,
        "node_pool_min_size": "1",
        "node_pool_max_size": "3",
        "unneeded_minutes": "6",
    }
    two = set_up(tmp_path, pools=[POOL, {**POOL, "name": "q", "cost": 7}])
    assert '"cost": 7' in config(two.cluster, two)["node_pools"]


def test_simulated_time_starts_where_the_scenario_says(tmp_path: Path) -> None:
    made = set_up(tmp_path, start=datetime(2026, 3, 1, tzinfo=UTC))
    assert (made.minute, made.cluster.clock()) == (0, datetime(2026, 3, 1, tzinfo=UTC).timestamp())


def test_events_happen_at_their_minute_and_again(tmp_path: Path) -> None:
    body: dict[str, Any] = {
        "minutes": 10,
        "workloads": [{"name": "w", "replicas": 1}],
        "events": [{"at": 2, "every": 4, "alternate": {"workload": "w", "between": [5, 2]}}],
    }
    run = run_original(tmp_path, **body)
    assert [(sample.minute, sample.pods) for sample in run.samples if sample.minute % 2 == 0] == [
        (0, 1),
        (2, 5),
        (4, 5),
        (6, 2),
        (8, 2),
        (10, 5),
    ]
    assert [minute for minute, _ in run.noted] == [2, 6, 10]


def test_the_published_rule_adds_one_node_and_waits_nine_minutes(tmp_path: Path) -> None:
    workload = {"name": "w", "replicas": 6, "cpu": "3", "memory": "1Gi", "pool": "p"}
    run = run_original(tmp_path, minutes=30, workloads=[workload])
    assert [(tick.minute, sorted(tick.actions)) for tick in run.ticks if tick.before != tick.after] == [
        (0, ["scale-up"]),
        (12, ["scale-up"]),
    ]
    assert {part["reason"] for part in run.ticks[-1].parts} == {"node-max-limit-reached"}


def test_the_published_rule_shrinks_by_size_and_oke_takes_another_node(tmp_path: Path) -> None:
    body: dict[str, Any] = {"function": {"node_pool_eval_cpu_load": 30}, "minutes": 3, "pools": [{**POOL, "size": 3}]}
    made = set_up(tmp_path, **body)
    OneNodeATick(made).tick()
    assert [node.state for node in made.pools["p"].nodes] == ["DELETING", "ACTIVE", "ACTIVE"]


def test_the_published_rule_ends_nodes_of_the_other_domains(tmp_path: Path) -> None:
    domains = ["Uocm:US-ASHBURN-AD-1", "Uocm:US-ASHBURN-AD-2"]
    workload = {"name": "w", "replicas": 3, "cpu": "3", "memory": "1Gi", "pool": "p"}
    made = set_up(tmp_path, pools=[{**POOL, "size": 2, "domains": domains}], workloads=[workload])
    OneNodeATick(made).tick()
    assert [node.state for node in made.pools["p"].nodes] == ["ACTIVE", "DELETING", "CREATING", "CREATING"]


def test_what_did_not_come_is_told(tmp_path: Path) -> None:
    expect = {
        "nodes": {"p": 9},
        "pending": 3,
        "ticks_with": {"scale-up": [2, 4]},
        "reasons": ["magic"],
        "settled_by": -1,
    }
    message = unmet_expectations(run_original(tmp_path, minutes=3, expect=expect))
    assert [sentence.split(" ")[0] for sentence in message] == ["p", "0", "0", "no", "no"]
    assert not unmet_expectations(run_original(tmp_path, minutes=3, expect={"nodes": {"p": [0, 1]}, "pending": 0}))


def test_what_people_and_the_cloud_do_is_played(tmp_path: Path) -> None:
    pool = {**POOL, "size": 2, "preemptible": True, "max_size": 5}
    tolerant = {"tolerations": [{"operator": "Exists"}]}
    made = set_up(
        tmp_path,
        pools=[pool],
        workloads=[{"name": "db", "kind": "StatefulSet", "replicas": 2, "claims": 2, "spec": tolerant}],
        objects=[{"kind": "ConfigMap", "metadata": {"name": "own"}, "data": {}}],
    )
    cluster, (old, _) = made.cluster, made.pools["p"].nodes
    assert len(cluster.objects("PersistentVolume")) == len(cluster.objects("PersistentVolumeClaim")) == 4
    assert cluster.get("ConfigMap", "own")
    for what, details in (
        ("taint", {"pool": "p", "taint": "maintenance=true:NoSchedule", "nodes": 2}),
        ("untaint", {"pool": "p", "key": "maintenance"}),
        ("label", {"pool": "p", "labels": {"disk": "fast"}}),
        ("edit_pool", {"p": {"ocpus": 4, "memory_gib": 32, "never_ready": True}}),
        ("reclaim", {"p": 1}),
        ("scale", {"db": 3}),
    ):
        made.apply(Event(0, what, details))
    first, second = cluster.nodes(made.pools["p"])
    assert [any(one["key"] == "maintenance" for one in node["spec"]["taints"]) for node in (first, second)] == [
        False,
        True,
    ]
    assert first["metadata"]["labels"]["disk"] == "fast"
    cluster.advance(600)
    assert (old.state, made.pools["p"].size, made.running_instances("p")) == ("DELETED", 2, 2)
    assert [node["status"]["capacity"]["cpu"] for node in cluster.nodes(made.pools["p"])] == ["4", "8"]


def test_each_key_of_expect_has_its_rule() -> None:
    assert set(RULES) == EXPECTED


def test_expectations_about_the_run_are_told(tmp_path: Path) -> None:
    workloads = [{"name": "w", "replicas": 6, "cpu": "1200m", "memory": "1Gi", "pool": "p"}]
    body: dict[str, Any] = {
        "minutes": 9,
        "workloads": workloads,
        "events": [{"at": 5, "scale": {"w": 1}}],
    }
    good = {
        "bought_at_most": {"p": 1},
        "instances": {"p": 2},
        "ready": {"w": 1},
        "ready_at_least": {"w": 1},
        "removed_at_once": {"p": 0},
        "nodes_at": [{"at": 0, "nodes": {"p": 1}}, {"at": 4, "nodes": {"p": 2}}],
        "answers_with": {"success": 4, "error": 0},
        "reasons": ["unschedulable"],
    }
    assert not unmet_expectations(run_original(tmp_path, **body, expect=good))
    bad: dict[str, Any] = {
        "bought_at_most": {"p": 0},
        "instances": {"p": 9},
        "ready": {"w": 9},
        "ready_at_least": {"w": 2},
        "removed_at_once": {"p": -1},
        "nodes_at": [{"at": 0, "nodes": {"p": 9}}],
        "answers_with": {"error": 1},
    }
    assert len(unmet_expectations(run_original(tmp_path, **body, expect=bad))) == len(bad)


def test_pools_share_defaults_and_hand_further_keys_to_the_function(tmp_path: Path) -> None:
    made = set_up(
        tmp_path,
        pool_defaults={"memory_tax": [0, 0]},
        pools=[{**POOL, "settings": {"priority": 3}}],
        function={"node_pool_eval_cpu_load": 20, "startup_taints": ["a"], "dry_run": True},
    )
    keys = config(made.cluster, made)
    assert made.pools["p"].behaviour.memory_tax == [0, 0]
    assert '"priority": 3' in keys["node_pools"]
    assert (keys["startup_taints"], keys["dry_run"], keys["node_pool_eval_cpu_load"]) == ('["a"]', "true", "20")
    with pytest.raises(ScenarioError, match="unknown luck"):
        parse_scenario({"pool_defaults": {"luck": 1}, "pools": [POOL]})


def test_a_timeline_has_a_line_for_each_change(tmp_path: Path) -> None:
    workload = {"name": "w", "replicas": 0, "cpu": "3", "memory": "1Gi", "pool": "p"}
    body: dict[str, Any] = {"minutes": 9, "title": "Growth", "events": [{"at": 3, "scale": {"w": 2}}]}
    message = timeline_text(run_original(tmp_path, workloads=[workload], **body)).splitlines()
    assert message[0] == "Growth [one node a tick]"
    assert [line.split()[0] for line in message[2:-2]] == ["0", "3", "3", "6"]
    assert "p scale-up unschedulable-pods 1 -> 2" in message[4]
    assert message[-2].startswith("4 ticks: 1 with scale-up; no pod waits from minute")
    assert message[-1].startswith("pods killed 0; budgets broken 0 times")


def test_the_picture_is_well_formed_and_tells_each_tick(tmp_path: Path) -> None:
    runs = [run_original(tmp_path, minutes=9, title="A < B & C") for _ in range(2)]
    root = ET.fromstring(timeline_svg(runs))  # noqa: S314  (our own text)
    names = {"svg": "http://www.w3.org/2000/svg"}
    assert len(root.findall(".//svg:title", names)) == sum(len(run.ticks) for run in runs)
    labels = [label.text for label in root.findall(".//svg:text", names)]
    assert labels.count("A < B & C - one node a tick") == 2
    assert labels.count("pending pods") == 2


def test_the_published_rule_kills_pods_and_breaks_budgets_of_an_idle_pool(tmp_path: Path) -> None:
    """Of a pool in three domains it sends the first only, and OKE's own drain ends with the pods that are left."""
    cluster = EmulatedCluster(IdentityService(tmp_path / "principals", KeyRing(tmp_path / "keys")))
    made = ScenarioCluster(cluster, load_scenario(FOLDER / "idle.yaml"))
    made.build()
    found = run_loop(made, OneNodeATick(made), made.scenario.minutes)
    counts = found.disruptions
    assert (counts.killed, counts.budgets_broken) == (3, 3)
    assert counts.minutes_below_budget == pytest.approx(2, abs=0.1)
    sentences = unmet_expectations(found)
    assert "3 pods ended with their node and no eviction, not 0" in sentences
    assert "3 times a budget was broken, not 0" in sentences
    # The panel says it in red; the other rule's, which breaks nothing, is in the colour of all text.
    root = ET.fromstring(timeline_svg([found]))  # noqa: S314  (our own text)
    group = next(one for one in root.iter() if len(one) and (one[0].text or "").startswith("pods killed 3"))
    assert group.get("fill") == "#c0392b"


def test_an_empty_scenario_has_defaults() -> None:
    assert Scenario(pools=[POOL]).bounds("p") == (1, 3)


def test_the_command_runs_a_file_and_writes_picture_and_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["cluster", "--scenario", "idle", "--rule", "original", "--out", str(out)]) == 0
    assert "scale-down cpu 6 -> 5" in capsys.readouterr().out
    assert (out / "timeline.svg").exists()
    answers = [json.loads(line) for line in (out / "timeline-one-node-a-tick.jsonl").read_text().splitlines()]
    assert answers[0]["answer"]["success"]["action"] == "scale-down"


def test_the_command_refuses_a_faulty_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("color: red")
    assert main(["cluster", "--scenario", str(file)]) == 2
    assert "unknown keys: color" in capsys.readouterr().err
