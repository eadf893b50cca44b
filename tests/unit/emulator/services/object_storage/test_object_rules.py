"""Names, conditions, ranges and pages of object storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.base.service_protocol import OciError
from emulator.services.object_storage.object_rules import (
    ListQuery,
    byte_range,
    check_bucket_name,
    check_object_name,
    check_write,
    is_unmodified,
    object_page,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = st.lists(st.text(alphabet="ab/", min_size=1, max_size=5), unique=True).map(sorted)


def code_of(check: Callable[..., object], *arguments: object) -> str | None:
    try:
        check(*arguments)
    except OciError as error:
        return error.code
    return None


def every_page(names: list[str], query: ListQuery) -> tuple[list[str], list[str]]:
    found: list[str] = []
    prefixes: list[str] = []
    start: str | None = query.start
    while start is not None:
        page = object_page(names, ListQuery(query.prefix, start, query.end, "", query.limit, query.delimiter))
        assert len(page.names) + len(page.prefixes) <= query.limit
        found += page.names
        prefixes += page.prefixes
        start = page.next_start_with
    return found, prefixes


@given(NAMES, st.text(alphabet="ab/", max_size=2), st.integers(1, 4))
def test_pages_together_are_the_whole_listing(names: list[str], prefix: str, limit: int) -> None:
    found, prefixes = every_page(names, ListQuery(prefix=prefix, limit=limit))
    assert found == [name for name in names if name.startswith(prefix)]
    assert prefixes == []


@given(NAMES, st.sampled_from(["", "a", "a/", "/"]), st.integers(1, 4))
def test_with_a_delimiter_each_name_is_listed_or_stands_behind_a_prefix(
    names: list[str], prefix: str, limit: int
) -> None:
    found, prefixes = every_page(names, ListQuery(prefix=prefix, limit=limit, delimiter="/"))
    assert all("/" not in name[len(prefix) :] for name in found)
    for name in names:
        behind = any(name.startswith(folder) for folder in prefixes)
        assert (name in found or behind) == name.startswith(prefix)


@given(NAMES, st.text(alphabet="ab/", max_size=3), st.text(alphabet="ab/", max_size=3))
def test_start_is_included_and_end_is_not(names: list[str], start: str, end: str) -> None:
    page = object_page(names, ListQuery(start=start, end=end))
    assert list(page.names) == [name for name in names if name >= start and (not end or name < end)]


@pytest.mark.parametrize("header", [None, "", "bytes=-", "lines=1-2", "bytes=0-1,3-4", "bytes=a-b"])
def test_what_is_no_single_range_is_ignored(header: str | None) -> None:
    assert byte_range(header, 10) is None


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_an_empty_range_cannot_be_served(header: str) -> None:
    with pytest.raises(OciError) as caught:
        byte_range(header, 10)
    assert (caught.value.status, caught.value.headers["content-range"]) == (416, "bytes */10")


@given(st.integers(1, 50), st.integers(0, 60), st.integers(0, 60))
def test_a_range_never_leaves_the_object(size: int, first: int, last: int) -> None:
    try:
        part = byte_range(f"bytes={first}-{last}", size)
    except OciError:
        assert first >= size or last < first
        return
    assert part == (first, min(last, size - 1) - first + 1)


@pytest.mark.parametrize("name", ["a", "A-b_c.9", "x" * 256, "ocid1.tenancy.oc1..aaaa"])
def test_these_buckets_can_be_named_so(name: str) -> None:
    check_bucket_name(name)


@pytest.mark.parametrize("name", ["é" * 512, "x" * 1024, " ", "../..", "a\tb"])
def test_these_objects_can_be_named_so(name: str) -> None:
    check_object_name(name)


def test_an_object_needs_a_name() -> None:
    with pytest.raises(OciError) as caught:
        check_object_name("")
    assert caught.value.code == "InvalidObjectName"


@pytest.mark.parametrize(
    ("etag", "if_match", "if_none_match", "code"),
    [
        (None, None, None, None),
        (None, None, "*", None),
        ("e", None, "*", "IfNoneMatchFailed"),
        ("e", "e", None, None),
        ("e", '"e"', None, None),
        ("e", "*", None, None),
        ("e", "x, e", None, None),
        (None, "*", None, "IfMatchFailed"),
        (None, "e", None, "IfMatchFailed"),
        ("e", "f", None, "IfMatchFailed"),
        ("e", None, "e", "InvalidParameter"),
    ],
)
def test_a_write_is_refused_by_its_conditions(
    etag: str | None, if_match: str | None, if_none_match: str | None, code: str | None
) -> None:
    assert code_of(check_write, etag, if_match, if_none_match) == code


def test_a_read_of_a_known_etag_is_unmodified() -> None:
    assert is_unmodified("e", None, "e")
    assert is_unmodified("e", None, "*")
    assert not is_unmodified("e", None, "f")
    assert not is_unmodified("e", "e", None)
