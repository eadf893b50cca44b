"""What the bundled font can draw, and text in the order and the letter shapes in which it is drawn. Pure.

The font is drawn glyph by glyph, so right-to-left text is put into visual order here, and Arabic letters become their
initial, medial, final or isolated forms. A letter of a script that the font has not becomes a box; a mark or sign that
it has not is left out.
"""

from __future__ import annotations

import functools
import unicodedata

BOX = "\u25a1"
ELLIPSIS = "\u2026"

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

_ARABIC_FORMS = range(0xFE80, 0xFEFD)
_LAM = "\u0644"
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_LEFT_TO_RIGHT = frozenset({"L", "EN", "AN"})
_MIRRORED = str.maketrans("()[]{}<>", ")(][}{><")


def has(character: str) -> bool:
    """Whether the font has a glyph for the character."""
    code = ord(character)
    return any(first <= code <= last for first, last in COVERAGE)


def drawable(text: str) -> str:
    """The text as it is drawn from left to right, of characters that the font has."""
    known = "".join(map(_known, text))
    if not any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in known):
        return known
    return _visual_order(_arabic_shapes(known))


def _known(character: str) -> str:
    """The character, its plain letters where only those are in the font, a box for a letter, nothing for a sign."""
    if has(character):
        return character
    plain = [each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each)]
    if plain and all(map(has, plain)):
        return "".join(plain)
    return BOX if unicodedata.category(character)[0] in "LN" else ""


@functools.cache
def _joining() -> dict[str, dict[str, str]]:
    """Letters (or lam with an alef) to their shapes: isolated, final, initial, medial; read from Unicode's own data."""
    shapes: dict[str, dict[str, str]] = {}
    for code in _ARABIC_FORMS:
        form, *letters = unicodedata.decomposition(chr(code)).split()
        text = "".join(chr(int(letter, 16)) for letter in letters)
        shapes.setdefault(text, {})[form.strip("<>")] = chr(code)
    return shapes


def _arabic_shapes(text: str) -> str:
    """Every Arabic letter in the shape that its neighbours ask for."""
    shapes = _joining()
    units: list[str] = []
    for character in text:
        if units and units[-1] == _LAM and units[-1] + character in shapes:
            units[-1] += character
        else:
            units.append(character)
    return "".join(_shape(units, at, shapes) for at in range(len(units)))


def _shape(units: list[str], at: int, shapes: dict[str, dict[str, str]]) -> str:
    own = shapes.get(units[at])
    if own is None:
        return units[at]
    before = at > 0 and "initial" in shapes.get(units[at - 1], {}) and "final" in own
    after = at + 1 < len(units) and "final" in shapes.get(units[at + 1], {}) and "initial" in own
    form = {(False, False): "isolated", (True, False): "final", (False, True): "initial", (True, True): "medial"}
    return own.get(form[before, after], units[at])


def _visual_order(text: str) -> str:
    """One line of mixed direction in visual order: runs by direction, the line's own taken from its first letter.

    A subset of UAX #9 that is enough for a name: no embeddings; neutral characters between two runs of one direction
    join them, others follow the line.
    """
    directions = _directions(text)
    base = next(way for way in directions if way)
    runs: list[tuple[str, str]] = []
    for at, character in enumerate(text):
        way = directions[at] or _neutral(directions, at, base)
        if runs and runs[-1][0] == way:
            runs[-1] = (way, runs[-1][1] + character)
        else:
            runs.append((way, character))
    drawn = [run[::-1].translate(_MIRRORED) if way == "R" else run for way, run in runs]
    return "".join(reversed(drawn) if base == "R" else drawn)


def _directions(text: str) -> list[str]:
    classes = map(unicodedata.bidirectional, text)
    return ["R" if each in _RIGHT_TO_LEFT else "L" if each in _LEFT_TO_RIGHT else "" for each in classes]


def _neutral(directions: list[str], at: int, base: str) -> str:
    before = next((way for way in reversed(directions[:at]) if way), base)
    after = next((way for way in directions[at + 1 :] if way), base)
    return before if before == after else base
