"""How a name is set as large as it goes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.codecard_avatar.draw.composition.compose import GOAL_PX, MIN_SIZE_PX, Area, Composition, compose
from functions.codecard_avatar.draw.composition.hard_names import HARD_NAMES
from functions.codecard_avatar.draw.composition.shortening import shorten
from functions.codecard_avatar.draw.typesetting import typeset
from functions.codecard_avatar.model.badge_name import ELLIPSIS, from_title

WHOLE = Area(248, 100)
NOTCHED = Area(248, 86, notch_top_px=60, notch_width_px=168)
SMALLER_NOTCH = Area(248, 86, notch_top_px=76, notch_width_px=184, cost=5)


def composed(title: str, *areas: Area) -> Composition:
    name = from_title(title)
    assert name is not None
    return compose(name, areas or (WHOLE,))


def texts(title: str, *areas: Area) -> list[str]:
    return [line.text for line in composed(title, *areas).lines]


def check(found: Composition) -> None:
    """Every line lies in its area, none overlaps another, none is too small."""
    bottom = 0
    for line in found.lines:
        assert line.size_px >= MIN_SIZE_PX
        assert line.top_px >= bottom
        bottom = line.bottom_px
        assert line.set.width_px <= found.area.width_at(bottom)
    assert bottom <= found.area.height_px


@pytest.mark.parametrize("areas", [(WHOLE,), (NOTCHED, SMALLER_NOTCH), (Area(100, 90),), (Area(134, 60),)])
@pytest.mark.parametrize("title", HARD_NAMES)
def test_a_hard_name_is_set_in_its_area(title: str, areas: tuple[Area, ...]) -> None:
    found = composed(title, *areas)
    assert found.lines
    check(found)


@pytest.mark.parametrize(
    "title", ["Joan Citizen", "X", "Maximiliana van der Hoogenbandt", "Martin Luther King Jr.", "Madonna", "Li Wang"]
)
def test_a_first_name_is_read_at_two_metres(title: str) -> None:
    assert composed(title, NOTCHED).lines[0].size_px >= GOAL_PX


@pytest.mark.parametrize("title", HARD_NAMES[:-2])
def test_no_name_that_somebody_has_is_cut(title: str) -> None:
    assert not composed(title, NOTCHED, SMALLER_NOTCH).is_cut


@pytest.mark.parametrize("title", HARD_NAMES[-2:])
def test_a_name_of_200_characters_is_cut_and_says_so(title: str) -> None:
    found = composed(title, NOTCHED)
    assert found.is_cut
    assert any(line.text.endswith(ELLIPSIS) for line in found.lines)


def test_the_first_name_comes_first_and_is_the_largest() -> None:
    first, last = composed("Joan Citizen", NOTCHED).lines
    assert (first.text, last.text) == ("Joan", "Citizen")
    assert first.size_px > last.size_px


def test_a_middle_name_goes_to_the_surnames_line_before_it_becomes_an_initial() -> None:
    assert texts("Martin Luther King", NOTCHED) == ["Martin", "Luther King"]


def test_middle_names_become_initials_where_there_is_no_room_for_them() -> None:
    shown = texts("Pedro Miguel Sebastião Constantino Vasconcelos", Area(150, 44))
    assert shown[0].startswith("Pedro")
    assert any("M." in line for line in shown)
    assert "Vasconcelos" in " ".join(shown)


@pytest.mark.parametrize("area", [WHOLE, Area(80, 50), Area(100, 40)])
def test_the_only_given_name_is_never_an_initial(area: Area) -> None:
    assert "Maximilian" in "".join(texts("Maximilian Mustermann", area)).replace("-", "")


def test_a_hyphenated_name_is_broken_after_its_hyphen() -> None:
    assert texts("Maria-Magdalena Hohenzollern-Sigmaringen", Area(130, 120))[:2] == ["Maria-", "Magdalena"]


def test_a_particle_does_not_end_a_line() -> None:
    shown = texts("Karl-Theodor Maria Nikolaus zu Guttenberg", NOTCHED)
    assert not any(line.endswith(" zu") for line in shown)


def test_a_very_long_word_is_split_between_syllables() -> None:
    shown = texts("Wolfeschlegelsteinhausenbergerdorff", NOTCHED)
    assert shown == ["Wolfeschlegelstein-", "hausenbergerdorff"]


def test_a_title_that_costs_too_much_is_left_for_the_small_lines() -> None:
    found = composed("Prof. Dr. Ana Maria da Silva PhD", NOTCHED)
    words = " ".join([*found.left_out, *(line.text for line in found.lines)])
    assert sorted(words.split()) == sorted(["Prof.", "Dr.", "Ana", "Maria", "da", "Silva", "PhD"])


def test_a_short_name_stands_on_one_line_where_there_is_no_height_for_two() -> None:
    assert texts("Li Wang", Area(248, 50)) == ["Li Wang"]
    assert texts("Li Wang", WHOLE) == ["Li", "Wang"]


@pytest.mark.parametrize("title", ["김 철수", "山田\u3000太郎"])
def test_an_east_asian_name_has_one_size(title: str) -> None:
    assert texts(title, NOTCHED) == [" ".join(title.split())]
    assert texts(title, Area(100, 90)) == title.split()


def test_the_cheaper_of_two_places_is_taken_where_both_do() -> None:
    assert composed("Joan Citizen", NOTCHED, SMALLER_NOTCH).area is NOTCHED


def test_a_text_is_shortened_after_a_whole_letter() -> None:
    shown = shorten("e\u0301" * 60, "regular", 20, 100)
    assert shown.endswith(ELLIPSIS)
    assert shown[:-1] == "e\u0301" * (len(shown[:-1]) // 2)
    assert typeset(shown, "regular", 20).width_px <= 100
    assert shorten("short", "regular", 20, 100) == "short"


def test_a_name_of_more_words_than_anybody_is_called_by_is_cut() -> None:
    assert composed("a b c d e f g h i j k l m", WHOLE).is_cut
    assert not composed("a b c d e f g h i j k l", WHOLE).is_cut


def test_a_place_that_is_too_small_for_any_line_clips_what_it_shows() -> None:
    found = composed("Joan Citizen", Area(20, 5))
    assert found.is_cut
    check(found)


def test_letters_piled_high_with_marks_stay_in_the_area() -> None:
    found = composed("Z" + "\u0323\u0301" * 60, Area(100, 30))
    assert found.lines
    check(found)


NAME_TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Co")), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60)
@given(NAME_TEXT, st.sampled_from([(WHOLE,), (NOTCHED, SMALLER_NOTCH), (Area(104, 90),)]))
def test_any_name_is_set_in_its_area(title: str, areas: tuple[Area, ...]) -> None:
    name = from_title(title)
    if name is not None:
        check(compose(name, areas))
