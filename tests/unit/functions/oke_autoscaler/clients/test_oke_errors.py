"""What OKE's errors on a write mean: why a pool takes no nodes, and whether the write may have happened."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.clients.oke import is_outcome_unknown, refusal_reason
from shared.errors import OciServiceError


@pytest.mark.parametrize(
    ("status", "code", "message", "reason"),
    [
        (400, "LimitExceeded", "", "out-of-capacity"),
        (400, "QuotaExceeded", "", "out-of-capacity"),
        (500, "OutOfHostCapacity", "", "out-of-capacity"),
        (500, "InternalError", "Out of host capacity.", "out-of-capacity"),
        (409, "IncorrectState", "", "conflict"),
        (429, "TooManyRequests", "", "too-many-requests"),
        (500, "InternalError", "", "oci-service-error"),
        (503, "", "", "oci-service-error"),
        (0, "no-answer", "", "oci-service-error"),
        (400, "InvalidParameter", "", ""),
        (401, "NotAuthenticated", "", ""),
        (404, "NotAuthorizedOrNotFound", "", ""),
    ],
)
def test_a_refusal_has_a_reason_where_it_is_about_the_pool(status: int, code: str, message: str, reason: str) -> None:
    assert refusal_reason(OciServiceError(message, status=status, code=code)) == reason


@pytest.mark.parametrize(("status", "unknown"), [(0, True), (500, True), (504, True), (429, False), (412, False)])
def test_no_answer_and_a_server_error_leave_the_outcome_open(status: int, *, unknown: bool) -> None:
    assert is_outcome_unknown(OciServiceError(status=status)) is unknown
