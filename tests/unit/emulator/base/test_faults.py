"""The rules by which faults are chosen and counted, and the log's own rules."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from emulator.base.faults import Fault, Faults
from emulator.base.hooks import Hooks
from emulator.base.request_log import LoggedCall, RequestLog

if TYPE_CHECKING:
    from pathlib import Path

CALL = LoggedCall(0, "s", "GET", "/a/b", "", {"host": "h"}, 0.0, 1)


def taken(faults: Faults, path: str = "/a", method: str = "GET", service: str = "s") -> Fault | None:
    return faults.take(service, method, path, {"x-device": "card"})


def test_a_fault_without_matchers_hits_once() -> None:
    faults = Faults()
    armed = faults.add(status=500)
    assert taken(faults) is armed.fault
    assert taken(faults) is None
    assert (armed.seen, armed.hits) == (2, 1)


def test_every_matcher_has_to_fit() -> None:
    fault = Fault(service="s", method="get", path="^/a/", header={"X-Device": "^card$"})
    assert fault.matches("s", "GET", "/a/1", {"x-device": "card"})
    assert not fault.matches("t", "GET", "/a/1", {"x-device": "card"})
    assert not fault.matches("s", "PUT", "/a/1", {"x-device": "card"})
    assert not fault.matches("s", "GET", "/b/a/", {"x-device": "card"})
    assert not fault.matches("s", "GET", "/a/1", {"x-device": "cards"})
    assert not fault.matches("s", "GET", "/a/1", {})


def test_a_used_up_fault_makes_room_for_the_next() -> None:
    faults = Faults()
    faults.add(status=500, times=2)
    faults.add(status=503, times=None)
    statuses = [fault.status for fault in (taken(faults) for _ in range(5)) if fault]
    assert statuses == [500, 500, 503, 503, 503]


def test_a_skipping_fault_lets_the_first_ones_through() -> None:
    faults = Faults()
    faults.add(status=500, skip=2)
    assert [taken(faults) is not None for _ in range(4)] == [False, False, True, False]


def test_a_bad_pattern_is_refused_when_it_is_added() -> None:
    with pytest.raises(re.error):
        Faults().add(path="(")


def test_cleared_faults_do_nothing() -> None:
    faults = Faults()
    faults.add(status=500, times=None)
    faults.clear()
    assert taken(faults) is None


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (Fault(status=500, delay_seconds=1), "status+delay_seconds"),
        (Fault(drop="after"), "drop"),
        (Fault(truncate_bytes=0), "truncate_bytes"),
        (Fault(first_byte_delay_seconds=1), "first_byte_delay_seconds"),
    ],
)
def test_a_fault_has_a_short_name(fault: Fault, name: str) -> None:
    assert fault.describe() == name


def test_only_faults_of_the_body_shape_the_answer() -> None:
    assert Fault(truncate_bytes=0).shapes_answer
    assert Fault(bytes_per_second=1).shapes_answer
    assert Fault(body=b"").shapes_answer
    assert not Fault(status=500, delay_seconds=3).shapes_answer


def test_calls_are_numbered_and_filtered() -> None:
    log = RequestLog()
    for service, method, path in (("s", "GET", "/a/b"), ("t", "PUT", "/a/c"), ("s", "PUT", "/d")):
        log.begin(replace(CALL, service=service, method=method, path=path))
    assert [call.number for call in log.calls()] == [1, 2, 3]
    assert [call.number for call in log.calls(service="s")] == [1, 3]
    assert [call.number for call in log.calls(method="put")] == [2, 3]
    assert [call.number for call in log.calls(path_prefix="/a/")] == [1, 2]


def test_a_call_shows_its_status_when_it_has_ended() -> None:
    log = RequestLog()
    begun = log.begin(CALL)
    assert log.calls()[0].status is None
    log.end(replace(begun, status=200))
    assert [call.status for call in log.calls()] == [200]


def test_a_call_that_ends_after_a_clear_stays_forgotten(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "log")
    begun = log.begin(CALL)
    log.clear()
    log.end(replace(begun, status=200))
    assert log.calls() == []
    assert log.begin(CALL).number == 2
    assert (tmp_path / "log").read_text().count("\n") == 1


def test_a_kept_header_is_found_in_any_case() -> None:
    assert CALL.header("Host") == "h"
    assert CALL.header("x-none") is None


def test_numbers_are_unique_under_threads() -> None:
    log = RequestLog()
    threads = [threading.Thread(target=lambda: [log.begin(CALL) for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [call.number for call in log.calls()] == list(range(1, 801))


def test_hooks_are_due_at_their_moment_and_service() -> None:
    hooks, heard = Hooks(), []
    one = hooks.add("before", heard.append, service="s")
    hooks.add("after", heard.append)
    assert [len(hooks.due(when, name)) for when in ("before", "after") for name in ("s", "t")] == [1, 0, 1, 1]
    hooks.remove(one)
    assert hooks.due("before", "s") == []
    with pytest.raises(ValueError, match="not in list"):
        hooks.remove(one)
    hooks.clear()
    assert hooks.due("after", "t") == []
