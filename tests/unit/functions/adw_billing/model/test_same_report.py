"""When two reports are one: by their text, by their place, and by what earlier versions kept of either."""

from __future__ import annotations

import pytest

from functions.adw_billing.errors import SameReport
from functions.adw_billing.model.same_report import Content, LoadedReports, require_new

A = Content("t", "a.csv", "text", "stored")


@pytest.mark.parametrize(
    ("loaded", "is_same"),
    [
        (Content("t", "b.csv", "text", "other"), True),
        (Content("u", "a.csv", "text", "stored"), True),  # without and with --tenancy
        (Content("t", "b.csv", "another", "stored"), False),  # the text is known, and another
        (Content("t", "b.csv", None, "stored"), True),  # of an earlier version, which knew the stored bytes
        (Content("t", "b.csv", None, "text"), True),  # of an earlier version, stored as it is
        (Content("t", "b.csv", None, "other"), False),
        (Content("t", "b.csv", None, None), False),  # that the database read itself
        (Content("t", "b.csv", "", ""), False),
        (Content("t", "a.csv.gz", "another", "other"), True),  # its place
        (Content("t", "x/a.csv", "another", "other"), False),
        (Content("u", "a.csv.gz", "another", "other"), False),  # two buckets may have the same names
        (A, False),  # the object itself, published again
        (Content("t", "a.csv", "another", "other"), False),
    ],
)
def test_what_is_the_same_report(loaded: Content, *, is_same: bool) -> None:
    assert (LoadedReports([loaded]).same(A) is not None) == is_same


def test_a_report_whose_bytes_nobody_saw_is_known_by_its_place() -> None:
    copied = Content("t", "reports/cost-csv/1.csv.gz", "", "")
    assert LoadedReports([Content("t", "b.csv", "", "")]).same(copied) is None
    assert LoadedReports([Content("t", "x/reports/cost-csv/1.csv", "text", "stored")]).same(copied)


def test_an_object_that_is_loaded_as_it_is_is_published_again_whoever_has_the_same() -> None:
    assert LoadedReports([Content("t", "b.csv", "text", None), A]).same(A) is None


def test_the_second_of_two_that_are_published_together_is_refused_and_says_which_the_first_is() -> None:
    copy = Content("t", "copy.csv", "text", "packed")
    with pytest.raises(SameReport) as caught:
        require_new([A, copy], LoadedReports([]))
    assert caught.value.fields == {"object_name": "copy.csv", "same_as": "a.csv"}
    assert "a.csv" in caught.value.message
    require_new([A, Content("t", "other.csv", "another", "packed")], LoadedReports([]))


@pytest.mark.parametrize(
    ("loaded", "words"),
    [
        (Content("t", "b.csv", "text", None), "the same content as b.csv, which is loaded"),
        (Content("u", "a.csv", "text", None), "the same content as a.csv of u, which is loaded"),
        (Content("t", "a.csv.gz", "x", None), "at the place of a.csv.gz, which is loaded with another content"),
    ],
)
def test_the_reason_in_words(loaded: Content, words: str) -> None:
    with pytest.raises(SameReport) as caught:
        require_new([A], LoadedReports([loaded]))
    assert caught.value.message == words
