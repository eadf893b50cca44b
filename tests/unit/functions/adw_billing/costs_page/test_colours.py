"""A group's colour is the same whatever is filtered, and no two of a view are alike."""

from __future__ import annotations

from functions.adw_billing.costs_page.colours import COLOURS, colours

KNOWN = [f"S{at}" for at in range(12)]


def test_a_known_group_keeps_its_colour_whatever_stands_beside_it() -> None:
    whole = colours(KNOWN[:8], KNOWN)
    assert [whole[name] for name in KNOWN[:8]] == [f"--c{at}" for at in range(COLOURS)]
    for shown in (["S3"], ["S11", "S3", "S10"], ["new", "S3", None]):
        assert colours(shown, KNOWN)["S3"] == whole["S3"]


def test_eight_groups_have_eight_colours_in_any_order() -> None:
    names = [None, "a", "b", "S0", "S1", "S11", "<script>", "\ud800"]
    found = colours(names, KNOWN)
    assert len(set(found.values())) == COLOURS
    assert colours(names[::-1], KNOWN) == found
