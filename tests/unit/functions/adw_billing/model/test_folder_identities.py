"""Whose a folder's files are, and under which names: the ledger first, then rows that agree, never a guess."""

from __future__ import annotations

import pytest

from functions.adw_billing.model.folder_identities import FoundFile, Identity, Ledger, identities
from functions.adw_billing.model.warehouse import UNKNOWN_TENANCY, KnownReport
from shared.errors import BadRequest

PARENT, CHILD, OTHER = (f"ocid1.tenancy.oc1..{name}" for name in ("parent", "child", "other"))
COST = "reports/cost-csv/1.csv.gz"
PLACE = "reports/cost-csv/1.csv"


def file(name: str, *tenancies: str, etag: str = "e", root: str = "/data") -> FoundFile:
    return FoundFile(f"{root}/{name}", name, etag, frozenset(tenancies))


def known(name: str, tenancy: str = PARENT, *, etag: str = "e", has_rows: bool = True) -> KnownReport:
    return KnownReport(tenancy, name, etag, has_rows)


def found(files: list[FoundFile], *ledger: KnownReport, given: str = "") -> list[Identity]:
    return identities(files, Ledger(ledger, given), given)


def refused(files: list[FoundFile], *ledger: KnownReport) -> str:
    with pytest.raises(BadRequest) as caught:
        found(files, *ledger)
    assert caught.value.fields["field"] == "tenancy"
    assert "--tenancy" in caught.value.advice
    return caught.value.message


def test_rows_that_agree_say_whose_a_file_is_and_later_rows_have_to() -> None:
    assert found([file(COST, PARENT)]) == [Identity(PARENT, COST, by_rows=True)]


def test_rows_of_two_tenancies_do_not() -> None:
    message = refused([file(COST, PARENT, CHILD)])
    assert COST in message
    assert PARENT in message
    assert CHILD in message


def test_a_tree_is_the_copy_of_one_bucket() -> None:
    files = [file(COST, CHILD), file("FOCUS Reports/2026/01/05/1.csv.gz", PARENT)]
    assert "and others" in refused(files)
    assert found(files, given=PARENT) == [Identity(PARENT, each.name) for each in files]


def test_two_trees_are_two_buckets_which_may_have_the_same_names() -> None:
    files = [file(f"a/{COST}", PARENT), file(f"b/{COST}", OTHER, etag="f")]
    assert found(files) == [Identity(PARENT, COST, by_rows=True), Identity(OTHER, COST, by_rows=True)]


def test_files_outside_a_tree_stand_for_themselves() -> None:
    assert [each.tenancy_id for each in found([file("1.csv", PARENT), file("2.csv", OTHER)])] == [PARENT, OTHER]


def test_new_files_of_a_bucket_are_whose_its_loaded_files_are() -> None:
    files = [file(COST), file("reports/cost-csv/2.csv.gz", CHILD, OTHER)]
    assert found(files, known(COST)) == [Identity(PARENT, COST), Identity(PARENT, "reports/cost-csv/2.csv.gz")]


def test_a_report_published_again_stays_with_its_tenancy() -> None:
    assert found([file(COST, CHILD, PARENT, etag="new")], known(COST)) == [Identity(PARENT, COST)]
    assert found([file(COST, etag="new")], known(COST)) == [Identity(PARENT, COST)]


def test_rows_of_another_tenancy_alone_may_be_another_bucket_with_the_same_numbers() -> None:
    message = refused([file(COST, OTHER, etag="new")], known(COST))
    assert OTHER in message
    assert PARENT in message


def test_files_that_earlier_versions_gave_to_several_tenancies_keep_theirs() -> None:
    ledger = [known(COST, PARENT), known("reports/cost-csv/2.csv.gz", CHILD)]
    files = [file(COST), file("reports/cost-csv/2.csv.gz"), file("reports/cost-csv/3.csv.gz", OTHER)]
    assert [each.tenancy_id for each in found(files, *ledger)] == [PARENT, CHILD, OTHER]
    again = [file(COST), file("reports/cost-csv/2.csv.gz", PARENT, etag="new"), files[2]]
    third = known(files[2].name, OTHER)
    assert [each.tenancy_id for each in found(again, *ledger, third)] == [PARENT, CHILD, OTHER]


def test_a_file_without_a_tenancy_is_that_of_all_others_where_they_agree() -> None:
    assert [each.tenancy_id for each in found([file("1.csv", PARENT), file("2.csv")])] == [PARENT, PARENT]
    files = [file("1.csv", PARENT), file("2.csv", OTHER), file("3.csv")]
    assert found(files)[2] == Identity(UNKNOWN_TENANCY, "3.csv")
    assert found([file("1.csv")]) == [Identity(UNKNOWN_TENANCY, "1.csv")]


def test_rows_of_an_unknown_tenancy_are_replaced_where_they_are() -> None:
    files = [file(COST, PARENT, etag="new")]
    assert found(files, known(COST, UNKNOWN_TENANCY)) == [Identity(UNKNOWN_TENANCY, COST)]
    without_rows = known(COST, UNKNOWN_TENANCY, has_rows=False)
    assert found(files, without_rows) == [Identity(PARENT, COST, by_rows=True)]


@pytest.mark.parametrize("root", ["/data", "/mnt/copy", "/mnt/copy/of/a"])
def test_the_same_tree_from_another_root_is_the_same_report(root: str) -> None:
    assert found([file(f"a/{COST}", root=root)], known(COST)) == [Identity(PARENT, COST)]


def test_a_folder_inside_the_tree_knows_where_it_is() -> None:
    files = [file("1.csv.gz", PARENT, root="/data/reports/cost-csv")]
    assert found(files) == [Identity(PARENT, COST, by_rows=True)]
    # earlier versions named it by its path below the folder: it keeps that name
    assert found(files, known("1.csv.gz")) == [Identity(PARENT, "1.csv.gz")]
    again = [file("1.csv.gz", PARENT, etag="new", root="/data/reports/cost-csv")]
    assert found(again, known("1.csv.gz")) == [Identity(PARENT, "1.csv.gz")]


def test_a_report_packed_since_is_a_new_version_of_it() -> None:
    assert found([file(COST, PARENT, etag="packed")], known(PLACE)) == [Identity(PARENT, PLACE)]


def test_of_two_files_of_one_place_the_second_has_a_name_of_its_own() -> None:
    both = [file(PLACE, PARENT), file(COST, PARENT, etag="packed")]
    assert [each.name for each in found(both)] == [PLACE, COST]
    assert [each.name for each in found(both, known(PLACE))] == [PLACE, COST]
    copies = [file(f"a/{PLACE}", PARENT), file(f"b/{PLACE}", PARENT)]
    assert [each.name for each in found(copies)] == [PLACE, f"b/{PLACE}"]
    # as they were named before: the one that was loaded, and the one that was refused
    refused_before = known(f"b/{PLACE}", has_rows=False)
    assert [each.name for each in found(copies, known(PLACE), refused_before)] == [PLACE, f"b/{PLACE}"]


def test_the_tenancy_of_the_command_line_asks_nobody() -> None:
    assert found([file(COST, CHILD, OTHER)], known(COST, CHILD), given=PARENT) == [Identity(PARENT, COST)]


def test_a_folder_that_is_named_as_its_bucket_says_whose_it_is() -> None:
    files = [file(f"{PARENT}/{COST}", CHILD, PARENT), file(f"{OTHER}/{COST}", CHILD, etag="f")]
    assert found(files) == [Identity(PARENT, COST), Identity(OTHER, COST)]
    # the place is known of another bucket, whose reports have the same numbers
    assert found(files[1:], known(COST)) == [Identity(OTHER, COST)]
    # what is in the warehouse stays whose it is there
    assert found(files[:1], known(COST, CHILD)) == [Identity(CHILD, COST)]
    assert found([file(f"{PARENT}/1.csv", CHILD)]) == [Identity(CHILD, f"{PARENT}/1.csv", by_rows=True)]
