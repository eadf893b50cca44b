"""Quantities and times as numbers."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.model.quantity import LARGEST, amount, is_time, quantity_fault, unix_seconds


@pytest.mark.parametrize(("text", "millicores"), [("1", 1000), ("250m", 250), ("0.1", 100), ("1n", 1), (0.5, 500)])
def test_cpu_is_counted_in_millicores_rounded_up(text: str | float, millicores: int) -> None:
    assert amount("cpu", text) == millicores


@pytest.mark.parametrize(("text", "whole"), [("1Ki", 1024), ("1k", 1000), ("1e3", 1000), ("1.5Gi", 3 << 29), ("1m", 1)])
def test_everything_else_is_counted_in_whole_units_rounded_up(text: str, whole: int) -> None:
    assert amount("memory", text) == whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nan",
        "inf",
        "1e3m",
        "1 Gi",
        "1GiB",
        "0x10",
        "--1",
        "1e",
        "1e1.5",
        "1.2.3",
        "1_0",
        "\u0661",
        "1ki",
        "1" * 401,
    ],
)
def test_what_kubernetes_would_refuse_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        amount("memory", text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("1e003", 1000),
        ("1E+2", 100),
        ("5e-1", 1),
        ("1E", 10**18),
        ("+5", 5),
        ("007", 7),
        ("1.", 1),
        (".5k", 500),
        (".", 0),
        ("m", 0),
        ("1e-2000000000", 1),
        ("0e999", 0),
        (" 1 ", 1),
    ],
)
def test_the_form_is_the_api_servers(text: str, whole: int) -> None:
    assert amount("memory", text) == whole
    assert not quantity_fault("memory", text)


@pytest.mark.parametrize(
    ("resource", "text", "fault"),
    [
        ("cpu", "lots", "is no quantity"),
        ("cpu", "1e99999999999", "is no quantity"),
        ("cpu", "-1m", "is below 0"),
        ("memory", "-1n", "is below 0"),
        ("cpu", "1E300", "is more than the scheduler can count"),
        ("memory", "9e999", "is more than the scheduler can count"),
        ("memory", str(LARGEST + 1), "is more than the scheduler can count"),
        ("memory", str(LARGEST), ""),
        ("memory", "9Ei", ""),
        ("cpu", "9Ei", "is more than the scheduler can count"),
        ("cpu", "10E", "is more than the scheduler can count"),
        ("cpu", str(LARGEST // 1000), ""),
        ("cpu", 4, ""),
    ],
)
def test_what_the_scheduler_cannot_count_is_a_fault(resource: str, text: str | int, fault: str) -> None:
    assert quantity_fault(resource, text) == fault


@pytest.mark.parametrize(("text", "good"), [("2026-01-01T00:00:00Z", True), ("", False), ("noon", False)])
def test_a_time_is_told_from_what_is_none(text: str, good: bool) -> None:  # noqa: FBT001
    assert is_time(text) is good


def test_a_quantity_is_capped_where_kubernetes_caps_it() -> None:
    assert amount("memory", "9E") == amount("memory", "1e30") - (LARGEST - 9 * 10**18) == 9 * 10**18


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00"])
def test_a_time_is_unix_seconds_and_without_a_zone_it_is_utc(text: str) -> None:
    assert unix_seconds(text) == 1_767_225_600


def test_a_text_that_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="soon"):
        unix_seconds("soon")
