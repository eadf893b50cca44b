"""A table of people is read whole, or everything wrong with it is said with line and column."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.card.card_entry import PERSON_FIELDS, EntryFaults, entry_value
from functions.codecard_avatar.card.people_csv import Person, TableFaults, parse_people, write_people

CARD = "CC50E3CCBFFF"


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(TableFaults) as caught:
        parse_people(text if isinstance(text, bytes) else text.encode())
    return caught.value.faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_in_every_spreadsheets_dialect(encoding: str, sign: str, end: str) -> None:
    rows = ["Card,Name,Role,pronouns", "cc:50:e3:cc:bf:ff,Zoë Citizen,Engineer,she/her", "", "AABBCCDDEEFF,Łukasz,,"]
    text = end.join(row.replace(",", sign) for row in rows)
    assert parse_people(text.encode(encoding)) == [
        Person(2, CARD, {"title": "Zoë Citizen", "role": "Engineer", "pronouns": "she/her"}),
        Person(4, "AABBCCDDEEFF", "Łukasz"),
    ]


def test_names_of_other_tools_quotes_and_lines_within_a_cell_are_understood() -> None:
    text = 'MAC address,Full_Name,Job Title,qr,button\nCC50E3CCBFFF,"Citizen, Joan ""Jo""",CTO,"BEGIN\nEND",A/2\n'
    value = {"title": 'Citizen, Joan "Jo"', "role": "CTO", "qr": "BEGIN\nEND"}
    assert parse_people(text.encode()) == [Person(2, f"{CARD}/a/2", value)]


def test_everything_wrong_is_named_with_line_and_column_and_no_row_is_read() -> None:
    text = (
        "card,name,layout,button\n"
        "CC50E3CCBFFF,Joan,name-first,\n"
        "CC50E3CCBFF,,qrr,c/3\n"
        '"AABBCCDDEEFF","two\nlines",,\n'
        "cc:50:e3:cc:bf:ff,Joe,,\n"
        "AABBCCDDEE00,Ann,,,more\n"
    )
    assert faults(text) == [
        "line 3, column card: must be 12 hex digits, such as CC50E3CCBFFF or CC:50:E3:CC:BF:FF: it has 11",
        "line 3, column button: must be one of a/1, a/2, b/1, b/2, or left out for the whole card",
        "line 3, column layout: must be one of classic, name-first, qr, photo, details, is 'qrr', did you mean qr?",
        "line 3, column name: must have at least one letter: it is what the badge shows",
        "line 4, column name: holds a line end or another control character",
        f"line 6, column card: {CARD} is in line 2 already",
        "line 7, column 5: has a text and no name in the first line: is a text with a comma without quotes?",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the table is empty"),
        ("card,name\n", "has no row"),
        ("CC50E3CCBFFF,Joan\n", "no column is called 'CC50E3CCBFFF'"),
        ("card\nCC50E3CCBFFF\n", "no column name"),
        ("card,name,compny\n", "'compny', did you mean company?"),
        ("card,name,Name\n", "two columns are name"),
        ('card,name\nCC50E3CCBFFF,"Joan\n', "line 2: "),
        ("card,name\nCC50E3CCBFFF,Zoë\n".encode("latin-1"), "line 2: byte 0xeb is no UTF-8"),
        ("card,name\n".encode("utf-16"), "save it as CSV UTF-8"),
        (f"card,name\n{CARD},{'x' * 201}\n", "line 2, column name: has 201 characters, of which 200"),
        (f"card,name,,role,\n{CARD},Joan,lost,,\n", "line 2, column 3: has a text and no name"),
        (f"card,name,button\n{CARD}/a/2,Joan,b/1\n", "column button: is not the button"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(text: str | bytes, told: str) -> None:
    assert told in faults(text)[0]


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30).map(str.strip)
FIELDS = st.dictionaries(st.sampled_from([*PERSON_FIELDS, "subtitle", "icon"]), TEXTS, min_size=1)


@given(st.lists(st.tuples(st.integers(0, 2**48 - 1), st.sampled_from(["", "/a/2", "/b/1"]), FIELDS), min_size=1))
def test_what_is_written_is_read_back_as_it_was(people: list[tuple[int, str, dict[str, str]]]) -> None:
    cards: dict[str, object] = {}
    for number, button, fields in people:
        fields["layout"] = "qr" if fields.get("layout") else ""
        try:
            cards[f"{number:012X}{button}"] = entry_value({**fields, "title": f"Joan {fields.get('title', '')}"})
        except EntryFaults:
            continue
    if cards:
        read = parse_people(write_people(cards.items()).encode())
        assert {person.key: person.value for person in read} == cards


@pytest.mark.parametrize("name", ['=HYPERLINK("https://example.com")', "+1-2", "-1", "@SUM(1)", "'=1", "''+1"])
def test_no_text_of_a_table_is_run_by_a_spreadsheet_and_each_is_read_back(name: str) -> None:
    table = write_people([(CARD, name)])
    cell = next(csv.reader([table.splitlines()[1]]))[1]
    assert cell[0] not in "=+-@"
    assert parse_people(table.encode()) == [Person(2, CARD, name)]
