"""Cron schedules: fields, the change of the clock, windows, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from functions.oke_autoscaler.cron_schedule import (
    is_within,
    parse_cron,
    parse_duration,
    parse_time_zone,
    previous_fire,
)

ZURICH = ZoneInfo("Europe/Zurich")


def at(text: str) -> float:
    """Return the Unix seconds of a time with its offset."""
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("cron", "now", "fired"),
    [
        ("0 9 * * mon-fri", "2026-11-27T09:00:00+01:00", "2026-11-27T09:00:00+01:00"),
        ("0 9 * * mon-fri", "2026-11-27T08:59:59+01:00", "2026-11-26T09:00:00+01:00"),
        ("0 9 * * mon-fri", "2026-11-29T12:00:00+01:00", "2026-11-27T09:00:00+01:00"),  # a Sunday
        ("0 9 * * 1-5", "2026-11-29T12:00:00+01:00", "2026-11-27T09:00:00+01:00"),
        ("0 0 * * 7", "2026-12-01T12:00:00+01:00", "2026-11-29T00:00:00+01:00"),
        ("0 0 * * fri-7", "2026-12-01T12:00:00+01:00", "2026-11-29T00:00:00+01:00"),
        ("*/20 5/6 * * *", "2026-11-29T17:25:00+01:00", "2026-11-29T17:20:00+01:00"),
        ("15,45 8-10/2 * * *", "2026-11-29T09:00:00+01:00", "2026-11-29T08:45:00+01:00"),
        ("0 0 13 * fri", "2026-11-29T09:00:00+01:00", "2026-11-27T00:00:00+01:00"),  # either day
        ("0 0 13 * ?", "2026-11-29T09:00:00+01:00", "2026-11-13T00:00:00+01:00"),
        ("0 0 */2 * 0", "2026-11-28T09:00:00+01:00", "2026-11-27T00:00:00+01:00"),  # a step is given: either day
        ("0 0 29 2 *", "2026-11-28T09:00:00+01:00", "2024-02-29T00:00:00+01:00"),
        ("0 0 29 feb *", "2104-02-28T09:00:00+01:00", "2096-02-29T00:00:00+01:00"),
        ("@monthly", "2026-11-28T09:00:00+01:00", "2026-11-01T00:00:00+01:00"),
        ("@hourly", "2026-11-28T09:30:00+01:00", "2026-11-28T09:00:00+01:00"),
        ("0 0 1 JAN *", "2026-11-28T09:00:00+01:00", "2026-01-01T00:00:00+01:00"),
    ],
)
def test_it_last_fired_when_all_fields_matched(cron: str, now: str, fired: str) -> None:
    """Minute, hour and month must match, and the day as crontab(5) says."""
    assert previous_fire(parse_cron(cron), ZURICH, at(now)) == at(fired)


def test_a_local_time_keeps_its_hour_over_the_year() -> None:
    """09:00 in Zurich is 08:00 UTC in winter and 07:00 in summer."""
    cron = parse_cron("0 9 * * *")
    assert previous_fire(cron, ZURICH, at("2026-01-15T23:00:00+00:00")) == at("2026-01-15T08:00:00+00:00")
    assert previous_fire(cron, ZURICH, at("2026-07-15T21:00:00+00:00")) == at("2026-07-15T07:00:00+00:00")


def test_a_time_that_does_not_occur_fires_after_the_gap() -> None:
    """02:30 is skipped on 29 March 2026: it fires at 03:30, not before, and not a day later."""
    cron = parse_cron("30 2 * * *")
    assert previous_fire(cron, ZURICH, at("2026-03-29T01:29:00+00:00")) == at("2026-03-28T02:30:00+01:00")
    assert previous_fire(cron, ZURICH, at("2026-03-29T12:00:00+00:00")) == at("2026-03-29T03:30:00+02:00")


def test_a_time_that_occurs_twice_fires_once() -> None:
    """02:30 comes twice on 25 October 2026; the second one is no fire. A schedule of every hour fires in both."""
    first, second = at("2026-10-25T02:30:00+02:00"), at("2026-10-25T02:30:00+01:00")
    assert previous_fire(parse_cron("30 2 * * *"), ZURICH, second) == first
    assert previous_fire(parse_cron("30 * * * *"), ZURICH, second) == second


@pytest.mark.parametrize(
    ("now", "open_"),
    [
        ("2026-11-27T08:59:59+01:00", False),
        ("2026-11-27T09:00:00+01:00", True),
        ("2026-11-27T16:59:59+01:00", True),
        ("2026-11-27T17:00:00+01:00", False),
        ("2026-11-28T12:00:00+01:00", False),
    ],
)
def test_a_window_is_open_from_the_fire_for_its_duration(now: str, open_: bool) -> None:  # noqa: FBT001
    """The end is outside."""
    assert is_within(parse_cron("0 9 * * mon-fri"), parse_duration("8h"), ZURICH, at(now)) is open_


def test_a_window_over_the_change_of_the_clock_lasts_as_long_as_it_says() -> None:
    """Eight hours from 22:00 end at 07:00 in the night of spring and at 05:00 in that of autumn."""
    cron, hours = parse_cron("0 22 * * *"), parse_duration("8h")
    assert is_within(cron, hours, ZURICH, at("2026-03-29T06:59:00+02:00"))
    assert not is_within(cron, hours, ZURICH, at("2026-03-29T07:00:00+02:00"))
    assert is_within(cron, hours, ZURICH, at("2026-10-25T04:59:00+01:00"))
    assert not is_within(cron, hours, ZURICH, at("2026-10-25T05:00:00+01:00"))


@pytest.mark.parametrize(
    ("cron", "fault"),
    [
        ("", "5 fields"),
        ("0 9 * *", "5 fields"),
        ("@never", "5 fields"),
        ("60 9 * * *", "minute '60' is not within 0-59"),
        ("0 24 * * *", "hour '24'"),
        ("0 9 0 * *", "day '0'"),
        ("0 9 * 13 *", "month '13'"),
        ("0 9 * * 8", "weekday '8'"),
        ("0 9 * * monday", "weekday 'monday' is no number or name such as sun"),
        ("0 9 * * fri-mon", "weekday 'fri-mon'"),
        ("*/0 9 * * *", "step of 0"),
        ("0,, 9 * * *", "minute ''"),
        ("-1 9 * * *", "minute '-1'"),
        ("0 0 31 4,6 *", "never fires"),
        ("0 0 30 2 *", "never fires"),
    ],
)
def test_a_schedule_that_says_nothing_sure_is_refused(cron: str, fault: str) -> None:
    """The message names the field."""
    with pytest.raises(ValueError, match=fault.replace("*", r"\*")):
        parse_cron(cron)


def test_durations_are_gos() -> None:
    """Hours, minutes and seconds in that order."""
    assert [parse_duration(text) for text in ("8h", "45m", "1h30m", "10m30s")] == [28800, 2700, 5400, 630]


@pytest.mark.parametrize("text", ["", "8", "8 h", "0h", "30m8h", "-1h", "1d", "1.5h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """So is none at all."""
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)


@pytest.mark.parametrize("name", ["Europe/Zuerich", "", "../etc/passwd", "/etc/localtime", "Europe", "a\0b"])
def test_a_time_zone_that_is_not_known_is_refused(name: str) -> None:
    """Nothing but a zone's name leads to a file."""
    with pytest.raises(ValueError, match="no time zone known here"):
        parse_time_zone(name)


def test_utc_needs_no_data() -> None:
    """It is a zone of Python itself."""
    assert parse_time_zone("UTC") is UTC
