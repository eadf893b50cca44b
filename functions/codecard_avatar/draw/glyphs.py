"""What the bundled font can draw, and text in the order and the letter shapes in which it is drawn.

The font is drawn glyph by glyph, so right-to-left text is put into visual order here, and Arabic letters become their
initial, medial, final or isolated forms. A letter that the font does not have becomes a box; such a mark or sign is
left out.
"""

from __future__ import annotations

import functools
import unicodedata

from functions.codecard_avatar.draw.bidi import MIRRORED, directional_runs, has_right_to_left

MISSING_LETTER = "\u25a1"
"""A box, drawn for a letter that the font does not have."""

COVERAGE = (
    (0x0020, 0x007E),
    (0x00A0, 0x024F),
    (0x0300, 0x034F),
    (0x0370, 0x0377),
    (0x037A, 0x037F),
    (0x0384, 0x038A),
    (0x038C, 0x038C),
    (0x038E, 0x03A1),
    (0x03A3, 0x04FF),
    (0x0531, 0x0556),
    (0x0559, 0x055F),
    (0x0561, 0x0587),
    (0x0589, 0x058A),
    (0x05D0, 0x05EA),
    (0x0621, 0x063A),
    (0x0640, 0x064A),
    (0x10A0, 0x10C5),
    (0x10D0, 0x10FC),
    (0x1E00, 0x1EFB),
    (0x2010, 0x2027),
    (0x2030, 0x2030),
    (0x2032, 0x2033),
    (0x2039, 0x203A),
    (0x2044, 0x2044),
    (0x20AC, 0x20AC),
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x25A1, 0x25A1),
    (0xFB01, 0xFB02),
    (0xFE70, 0xFE74),
    (0xFE76, 0xFEFC),
)
"""Ranges of code points (inclusive) that both bundled fonts have; a test compares them with the font files."""

_PRESENTATION_FORMS = range(0xFE80, 0xFEFD)
"""Arabic letters in the block Arabic Presentation Forms-B."""

_LAM = "\u0644"


def has_glyph(character: str) -> bool:
    """Tell whether the font has a glyph for the character."""
    code = ord(character)
    return any(first <= code <= last for first, last in COVERAGE)


def undrawn(text: str) -> tuple[str, ...]:
    """Return the characters of a text in whose place a box is drawn, or nothing though they have a picture."""
    return tuple(each for each in text if _covered(each) in {MISSING_LETTER, ""} and not _is_unseen(each))


def _is_unseen(character: str) -> bool:
    """Tell whether nobody misses a character: the box itself, controls, formats, joiners and selectors."""
    return character == MISSING_LETTER or not character.isprintable() or 0xFE00 <= ord(character) <= 0xFE0F


def visual_text(text: str) -> str:
    """Return the text as it is drawn from left to right, of characters that the font has."""
    covered = "".join(map(_covered, text))
    if not has_right_to_left(covered):
        return covered
    # Letters are joined in logical order, where a letter's neighbours are those that it is spoken with; only then may
    # the runs be turned round.
    return _visual_order(_join_arabic(covered))


def _covered(character: str) -> str:
    """Return the character, its plain letters where only those are in the font, a box for a letter, else nothing."""
    if has_glyph(character):
        return character
    plain = [each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each)]
    if plain and all(map(has_glyph, plain)):
        return "".join(plain)
    return MISSING_LETTER if unicodedata.category(character)[0] in "LN" else ""


@functools.cache
def _arabic_forms() -> dict[str, dict[str, str]]:
    """Map letters (and lam with an alef) to their forms: isolated, final, initial, medial."""
    # Unicode's own data has the table: each presentation form B decomposes into its form and its letters, such as
    # "<initial> 0645" for U+FEE3.
    shapes: dict[str, dict[str, str]] = {}
    for code in _PRESENTATION_FORMS:
        form, *letters = unicodedata.decomposition(chr(code)).split()
        text = "".join(chr(int(letter, 16)) for letter in letters)
        shapes.setdefault(text, {})[form.strip("<>")] = chr(code)
    return shapes


def _join_arabic(text: str) -> str:
    """Return the text with every Arabic letter in the form that its neighbours ask for."""
    shapes = _arabic_forms()
    # Lam and a following alef are one glyph (a ligature that the script demands), so they are one unit.
    units: list[str] = []
    for character in text:
        if units and units[-1] == _LAM and units[-1] + character in shapes:
            units[-1] += character
        else:
            units.append(character)
    return "".join(_shape(units, at, shapes) for at in range(len(units)))


def _shape(units: list[str], at: int, shapes: dict[str, dict[str, str]]) -> str:
    """Return the form of one unit."""
    own = shapes.get(units[at])
    if own is None:
        return units[at]
    # Two neighbours join when the first has a form that joins to the left (initial) and the second one that joins to
    # the right (final). Letters such as dal and alef have no initial form: the word breaks after them.
    before = at > 0 and "initial" in shapes.get(units[at - 1], {}) and "final" in own
    after = at + 1 < len(units) and "final" in shapes.get(units[at + 1], {}) and "initial" in own
    form = {(False, False): "isolated", (True, False): "final", (False, True): "initial", (True, True): "medial"}
    return own.get(form[before, after], units[at])


def _visual_order(text: str) -> str:
    """Return one line of mixed direction in visual order."""
    runs = directional_runs(text)
    return "".join(run[::-1].translate(MIRRORED) if is_right_to_left else run for run, is_right_to_left in runs)
