"""What ticks remember: read back as it was written, bounded, a part that cannot be read costs the others nothing."""

from __future__ import annotations

import msgspec
import pytest

from functions.oke_autoscaler.model.tick_state import (
    MAX_BYTES,
    MAX_DRAINS,
    MAX_HISTORY,
    MAX_LABELS,
    MAX_POOLS,
    WITH_ALL_NAMES,
    ChangeRecord,
    DrainRecord,
    EvictedPod,
    KeptTaint,
    PoolMemory,
    TickState,
    read_state,
    within_bounds,
    written,
)

POOL = PoolMemory(
    configuration="d",
    shape="VM.Standard.E5.Flex",
    allocatable={"cpu": 3815},
    labels={"a": "b"},
    taints=(KeptTaint("k", "v"),),
    ready_seconds=141.5,
    learned_at=7.0,
)
DRAIN = DrainRecord(1.0, 2.0, (EvictedPod("default/web-0", "u", "StatefulSet/web", 2.0),))
CHANGE = ChangeRecord(3.0, "scale-up", "unschedulable-pods", "p", (), ("default/web",), 1, 1, 2, 148.0)
STATE = TickState({"p": POOL}, {"n": DRAIN}, (CHANGE,))


def test_what_was_written_is_read_back() -> None:
    assert read_state(written(STATE)) == (STATE, [])


def test_nothing_is_read_of_nothing() -> None:
    assert read_state({}) == (TickState(), [])
    assert written(TickState()) == {"version": "1"}


def test_the_same_state_is_the_same_text_whatever_the_order_of_its_entries() -> None:
    two = TickState({"a": POOL, "b": POOL})
    assert written(two) == written(TickState({"b": POOL, "a": POOL}))


@pytest.mark.parametrize("version", ["2", "", "one"])
def test_another_version_is_not_read_and_named(version: str) -> None:
    state, faults = read_state({**written(STATE), "version": version})
    assert state == TickState()
    assert "version" in faults[0]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"n": 3}', "null", "[" * 100_000, '{"n": {"lastProgressAt": "x"}}'])
def test_a_section_that_cannot_be_read_is_empty_and_named_and_the_others_stay(text: str) -> None:
    state, faults = read_state({**written(STATE), "drains": text})
    assert state == TickState(STATE.pools, {}, STATE.history)
    assert [fault.partition(":")[0] for fault in faults] == ["drains"]


def test_fields_of_a_later_release_are_passed_over() -> None:
    data = written(STATE)
    data["pools"] = data["pools"].replace('{"p":{', '{"p":{"later":[1],')
    assert read_state(data)[0] == STATE


def test_the_newest_entries_stay() -> None:
    pools = {f"p{number}": msgspec.structs.replace(POOL, learned_at=float(number)) for number in range(MAX_POOLS + 5)}
    drains = {f"n{number}": DrainRecord(0.0, float(number)) for number in range(MAX_DRAINS + 5)}
    history = tuple(ChangeRecord(float(number), "scale-up") for number in range(MAX_HISTORY + 5))
    kept = within_bounds(TickState(pools, drains, history))
    assert (len(kept.pools), "p4" in kept.pools, "p5" in kept.pools) == (MAX_POOLS, False, True)
    assert (len(kept.drains), "n4" in kept.drains, "n5" in kept.drains) == (MAX_DRAINS, False, True)
    assert (len(kept.history), kept.history[0].at) == (MAX_HISTORY, 5.0)


def test_one_pool_one_drain_one_change_are_bounded() -> None:
    many = {f"key-{number}": "v" for number in range(MAX_LABELS + 50)}
    evicted = tuple(EvictedPod(f"default/{number}") for number in range(500))
    change = ChangeRecord(1.0, "scale-up", "w" * 5000, pods=tuple(map(str, range(500))), pods_count=500)
    kept = within_bounds(TickState({"p": PoolMemory(labels=many)}, {"n": DrainRecord(evicted=evicted)}, (change,)))
    assert len(kept.pools["p"].labels) == MAX_LABELS
    assert kept.drains["n"].evicted[-1].pod == "default/499"
    assert len(kept.drains["n"].evicted) == 20
    assert (len(kept.history[0].why), len(kept.history[0].pods), kept.history[0].pods_count) == (400, 20, 500)


def test_the_whole_stays_below_what_a_config_map_may_hold_and_pools_stay_longest() -> None:
    names = tuple("x" * 250 for _ in range(20))
    history = tuple(ChangeRecord(float(number), "scale-up", pods=names) for number in range(MAX_HISTORY))
    drains = {
        f"n{number}": DrainRecord(evicted=tuple(EvictedPod("y" * 250) for _ in range(20))) for number in range(300)
    }
    texts = written(TickState({"p": POOL}, drains, history))
    assert sum(len(text) for text in texts.values()) <= MAX_BYTES
    assert read_state(texts)[0].pools == {"p": POOL}


def change_of_many(number: int) -> ChangeRecord:
    """Return a change with as many names as one keeps, as long as they are in a large cluster."""
    app = f"payments-production/checkout-service-{number % 7}"
    return ChangeRecord(
        1.8e9 + number,
        "scale-up",
        "unschedulable-pods (for " + f"{app}-7d9f8b6c5d-x2x9k, " * 5,
        "workers-general-purpose-ad-1",
        tuple(f"oke-c2wqkyzkhyq-nkwfdf6ihcq-s57gnhzyj2a-{each}" for each in range(20)),
        tuple(f"{app}-7d9f8b6c5d-{each:05}" for each in range(20)),
        160,
        20,
        40,
        2960.0,
        tuple(f"{app}-{each}" for each in range(5)),
        "node 10.0.10.5 bought 2026-11-29T02:42:17Z, removed 2026-11-29T03:02:17Z, bought again for the same pods",
    )


def test_500_changes_fit_whatever_they_name_and_the_newest_keep_all_names() -> None:
    history = tuple(change_of_many(number) for number in range(MAX_HISTORY))
    pools = {f"ocid1.nodepool.oc1.iad.{number}": POOL for number in range(MAX_POOLS)}
    texts = written(TickState(pools, {}, history))
    assert sum(len(text.encode()) for text in texts.values()) <= MAX_BYTES
    kept, faults = read_state(texts)
    assert (len(kept.history), len(kept.pools), faults) == (MAX_HISTORY, MAX_POOLS, [])
    assert kept.history[-WITH_ALL_NAMES:] == history[-WITH_ALL_NAMES:]
    assert (len(kept.history[0].pods), kept.history[0].pods_count) == (3, 160)


def test_a_history_that_fits_keeps_every_name() -> None:
    history = tuple(change_of_many(number) for number in range(MAX_HISTORY // 2))
    assert read_state(written(TickState(history=history)))[0].history == history


def test_a_pool_a_drain_and_a_change_replace_what_was_there() -> None:
    state = TickState().with_pool("p", POOL).with_drain("n", DRAIN).with_change(CHANGE)
    assert state == STATE
    assert state.with_drain("n", None).drains == {}
    assert state.with_drain("other", None) == state
