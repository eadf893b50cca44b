"""The record of a tick's changes."""

from __future__ import annotations

from functions.oke_autoscaler.clients.changes import MAX_LISTED_CHANGES, Changes


def test_a_change_is_noted_in_every_tick_and_sent_in_all_but_a_dry_run() -> None:
    real, dry = Changes(), Changes(dry_run=True)
    assert (real.go("resize"), dry.go("resize")) == (True, False)
    assert real.listed() == dry.listed() == ["resize"]


def test_the_first_changes_are_listed_in_their_order() -> None:
    changes = Changes()
    for number in range(MAX_LISTED_CHANGES + 1):
        changes.go(str(number))
    assert changes.listed() == [str(number) for number in range(MAX_LISTED_CHANGES)]
