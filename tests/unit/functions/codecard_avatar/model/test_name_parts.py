"""What the words of a name are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.model.badge_content import content_of
from functions.codecard_avatar.model.badge_name import from_title
from functions.codecard_avatar.model.name_parts import parse_name


def parts(text: str) -> dict[str, str]:
    """The parts that are not empty, as text."""
    name = parse_name(text)
    found = {field: getattr(name, field) for field in ("prefix", "given", "surname", "suffix", "pronouns")}
    return {field: value if field == "pronouns" else " ".join(value) for field, value in found.items() if value}


@pytest.mark.parametrize(
    ("text", "prefix", "given_names", "surname"),
    [
        ("Dr. Joan Citizen", "Dr.", "Joan", "Citizen"),
        ("Dr Joan Citizen", "Dr", "Joan", "Citizen"),
        ("Prof. Dr. Dr. Joan Citizen", "Prof. Dr. Dr.", "Joan", "Citizen"),
        ("PROFESSOR Joan Citizen", "PROFESSOR", "Joan", "Citizen"),
        ("Mx. Sam Smith", "Mx.", "Sam", "Smith"),
        ("Dipl.-Ing. Jürgen Groß", "Dipl.-Ing.", "Jürgen", "Groß"),
        ("Lady Jane Grey", "Lady", "Jane", "Grey"),
        ("Citizen, Dr. Joan", "Dr.", "Joan", "Citizen"),
        ("Dr. Citizen, Joan", "Dr.", "Joan", "Citizen"),
        ("Joan Citizen, Dr.", "Dr.", "Joan", "Citizen"),
    ],
)
def test_titles_are_no_given_names(text: str, prefix: str, given_names: str, surname: str) -> None:
    assert parts(text) == {"prefix": prefix, "given": given_names, "surname": surname}


@pytest.mark.parametrize(
    ("text", "given_names", "surname", "suffix"),
    [
        ("Joan Citizen PhD", "Joan", "Citizen", "PhD"),
        ("Joan Citizen Ph.D.", "Joan", "Citizen", "Ph.D."),
        ("Joan Citizen, PhD", "Joan", "Citizen", "PhD"),
        ("Joan Citizen MSc MBA", "Joan", "Citizen", "MSc MBA"),
        ("Joan Citizen, MD, PhD", "Joan", "Citizen", "MD PhD"),
        ("Joan Citizen MD", "Joan", "Citizen", "MD"),
        ("Martin Luther King Jr.", "Martin Luther", "King", "Jr."),
        ("Sammy Davis, Jr.", "Sammy", "Davis", "Jr."),
        ("King Jr., Martin Luther", "Martin Luther", "King", "Jr."),
        ("John Smith III", "John", "Smith", "III"),
        ("Yo-Yo Ma, MA", "Yo-Yo", "Ma", "MA"),
        ("Joan Citizen (Team Blue)", "Joan", "Citizen", "(Team Blue)"),
    ],
)
def test_suffixes_are_no_surname(text: str, given_names: str, surname: str, suffix: str) -> None:
    assert parts(text) == {"given": given_names, "surname": surname, "suffix": suffix}


@pytest.mark.parametrize(
    "text", ["Jack Ma", "Jack MA", "Lady Gaga", "Henry VI", "Eng Tan", "Mag Müller", "Van Morrison", "Al Gore", "Do Ba"]
)
def test_a_word_that_is_somebodys_name_stays_a_name(text: str) -> None:
    first, last = text.split()
    assert parts(text) == {"given": first, "surname": last}


@pytest.mark.parametrize(
    ("text", "given_names", "surname"),
    [
        ("Vincent van Gogh", "Vincent", "van Gogh"),
        ("Maximiliana van der Hoogenbandt", "Maximiliana", "van der Hoogenbandt"),
        ("Juan de la Cruz", "Juan", "de la Cruz"),
        ("Ana Maria da Silva", "Ana Maria", "da Silva"),
        ("Otto von Bismarck", "Otto", "von Bismarck"),
        ("Karl Theodor zu Guttenberg", "Karl Theodor", "zu Guttenberg"),
        ("Robert De Niro", "Robert", "De Niro"),
        ("Abdullah bin Abdulaziz", "Abdullah", "bin Abdulaziz"),
        ("Naguib al-Rashid", "Naguib", "al-Rashid"),
        ("Lleucu ferch Gruffydd", "Lleucu", "ferch Gruffydd"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset"),
        ("Maria de los Angeles García", "Maria de los Angeles", "García"),
        ("محمد بن سلمان", "محمد", "بن سلمان"),
        ("محمد عبد الله", "محمد", "عبد الله"),
        ("דוד בן גוריון", "דוד", "בן גוריון"),
        ("Maria-Magdalena Hohenzollern-Sigmaringen", "Maria-Magdalena", "Hohenzollern-Sigmaringen"),
        ("Citizen, Joan", "Joan", "Citizen"),
        ("García Márquez, Gabriel", "Gabriel", "García Márquez"),
        ("van der Hoogenbandt, Maximiliana", "Maximiliana", "van der Hoogenbandt"),
        ("山田\u3000太郎", "山田", "太郎"),
        ("김 철수", "김", "철수"),
    ],
)
def test_a_surname_has_its_particles(text: str, given_names: str, surname: str) -> None:
    assert parts(text) == {"given": given_names, "surname": surname}


@pytest.mark.parametrize("text", ["Madonna", "李小龙", "Dr.", "PhD", "(he/him)", "von", "สมชาย"])
def test_one_word_is_a_given_name(text: str) -> None:
    assert parts(text) == {"given": text}


@pytest.mark.parametrize(
    ("text", "pronouns"),
    [
        ("Joan Citizen (she/her)", "she/her"),
        ("Joan Citizen (She/Her/Hers)", "She/Her/Hers"),
        ("Joan (she/her) Citizen", "she/her"),
        ("Joan Citizen [they/them]", "they/them"),
        ("Joan Citizen (any pronouns)", "any pronouns"),
        ("Joan Citizen (sie/ihr)", "sie/ihr"),
        ("Joan Citizen (elle)", "elle"),
        ("Joan Citizen she/they", "she/they"),
        ("Joan Citizen, (xe/xem)", "xe/xem"),
    ],
)
def test_pronouns_are_no_surname(text: str, pronouns: str) -> None:
    assert parts(text) == {"given": "Joan", "surname": "Citizen", "pronouns": pronouns}


@pytest.mark.parametrize("text", ["Joan AC/DC", "Joan (Bob) Citizen", "Joan (he) (", "Joan Her"])
def test_what_is_no_pronoun_stays(text: str) -> None:
    assert parts(text).get("pronouns", "he") == "he"
    assert " ".join(v for k, v in parts(text).items() if k != "pronouns").split()[0] == "Joan"


def test_pronouns_of_the_title_are_those_of_the_content_where_its_fields_have_none() -> None:
    title = "Joan Citizen (she/her)"
    contents = (
        content_of({"title": title}, "name-first"),
        content_of({"title": title, "pronouns": "they"}, "name-first"),
    )
    assert [each and each.pronouns for each in contents] == ["she/her", "they"]


@pytest.mark.parametrize(
    ("title", "initials"),
    [
        ("Joan Citizen", "JoCi"),
        ("Case Sensitive", "CaSe"),
        ("Guy Rumble", "GuRu"),
        ("Joan Citizen PhD", "JoCi"),
        ("Joan Citizen, PhD", "JoCi"),
        ("Joan Citizen (she/her)", "JoCi"),
        ("Dr. Joan Citizen Jr.", "JoCi"),
        ("Citizen, Joan", "JoCi"),
        ("Joan van der Citizen", "JoCi"),
        ("Joan Maria Citizen", "JoCi"),
        ("Jack Ma", "JaMa"),
    ],
)
def test_the_identicon_is_that_of_given_name_and_surname(title: str, initials: str) -> None:
    name = from_title(title)
    assert name is not None
    assert name.initials == initials


@given(st.lists(st.from_regex(r"[A-Z][a-z]{4,8}", fullmatch=True), min_size=2, max_size=2))
def test_two_plain_words_are_given_name_and_surname(words: list[str]) -> None:
    assert parts(" ".join(words)) == {"given": words[0], "surname": words[1]}


@given(st.text(min_size=1).filter(lambda text: text.split()))
def test_no_word_is_lost(text: str) -> None:
    text = " ".join(text.split())
    name = parse_name(text)
    assert name.given
    kept = sorted("".join((*name.prefix, *name.given, *name.surname, *name.suffix, name.pronouns)).replace(",", ""))
    brackets = str.maketrans("", "", "()[],") if name.pronouns else str.maketrans("", "", ",")
    expected = text.translate(brackets).replace(" ", "")
    assert sorted("".join(kept).translate(brackets).replace(" ", "")) == sorted(expected) or set(text) <= set(", ")


def test_a_long_row_of_brackets_is_read_at_once() -> None:
    assert parse_name("(" * 200 + ")" * 200).given
