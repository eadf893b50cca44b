"""Which answers are a success: those that are recognised, and no others."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.answers import kind_of

POOL = {"action": "none", "reason": "no-resource-pressure"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"success": POOL}, "success"),
        ({"warning": POOL}, "warning"),
        ({"error": {"reason": "x"}}, "error"),
        ({"success": {}, "error": {}}, "error"),
        ({"success": False}, "unknown"),
        ({"success": "no"}, "unknown"),
        ({"node-pools": [{"success": POOL}, {"success": POOL}]}, "success"),
        ({"node-pools": [{"success": POOL}, {"warning": POOL}]}, "warning"),
        ({"node-pools": [{"warning": POOL}, {"other": POOL}]}, "unknown"),
        ({"node-pools": [{"warning": POOL}, {"error": POOL}, {"other": 1}]}, "error"),
        ({"node-pools": []}, "unknown"),
        ({"node-pools": ["success"]}, "unknown"),
        ([], "success"),
        (["1.csv", "2.csv"], "success"),
        ([1], "unknown"),
        ([{"success": {}}], "unknown"),
        ({"reports": [], "rejected": [], "remaining": 0, "rows_per_second": 0}, "success"),
        ({"reports": []}, "unknown"),
        ({"preflight": {"ok": True, "checks": []}}, "success"),
        ({"preflight": {"ok": False, "checks": []}}, "error"),
        ({"preflight": {}}, "unknown"),
        ({"preflight": True}, "unknown"),
        ({"Message": "Hello World"}, "success"),
        ({"message": "function failed"}, "unknown"),
        ({"code": 502, "message": "function failed"}, "unknown"),
        ({"code": "NotAuthorizedOrNotFound", "message": "x"}, "unknown"),
        ({"template": "template8", "backgroundImage": "https://x"}, "success"),
        ({"template": "template1", "title": "Uh oh!", "icon": "fail"}, "error"),
        ({}, "unknown"),
        (None, "unknown"),
        (True, "unknown"),
        ("success", "unknown"),
    ],
    ids=str,
)
def test_what_an_answer_means(answer: object, kind: str) -> None:
    assert kind_of(json.dumps(answer).encode()) == kind


@pytest.mark.parametrize("answer", [b"", b" ", b"OK", b"<html></html>", b"\xff", b"{", b"[" * 100_000])
def test_what_is_no_json_is_no_success(answer: bytes) -> None:
    assert kind_of(answer) == "unknown"


@given(st.binary())
def test_bytes_are_never_taken_for_a_success_unless_they_are_names(answer: bytes) -> None:
    if kind_of(answer) == "success":
        assert all(isinstance(each, str) for each in json.loads(answer))
