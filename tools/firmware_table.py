"""The docs' tables of the card's firmwares, from what the emulated card is and what its tests have pressed."""

from __future__ import annotations

import json

from emulator.card.firmware_modes import FIRMWARE_ORDER, MEANINGS, SHOWN
from emulator.card.firmwares import TRAITS


def table() -> str:
    """Return what each firmware is, what it shows in each mode, and what the words mean."""
    lines = ["| firmware | what it is |", "| --- | --- |"]
    lines += [f"| {name} | {TRAITS[name].meaning} |" for name in FIRMWARE_ORDER]
    lines += ["", f"| button's host | pictures in | pictures' host | {' | '.join(FIRMWARE_ORDER)} |"]
    lines += ["| --- " * (3 + len(FIRMWARE_ORDER)) + "|"]
    lines += [
        f"| {mode.button} | {mode.way} | {mode.pictures} | {' | '.join(_bold(word) for word in shown)} |"
        for mode, shown in SHOWN.items()
    ]
    lines += ["", *(f"- {word}: {meaning}" for word, meaning in MEANINGS.items())]
    return "\n".join(lines) + "\n"


def facts() -> str:
    """Return the same as JSON, for the badge page: no image has the emulated card."""
    modes = [
        {
            "button": mode.button,
            "way": mode.way,
            "pictures": mode.pictures,
            "shows": dict(zip(FIRMWARE_ORDER, shown, strict=True)),
        }
        for mode, shown in SHOWN.items()
    ]
    kinds = {name: TRAITS[name].meaning for name in FIRMWARE_ORDER}
    return json.dumps({"firmwares": kinds, "modes": modes, "meanings": MEANINGS}, indent=1) + "\n"


def _bold(word: str) -> str:
    """Return a cell: what is hoped for stands out."""
    return f"**{word}**" if word == "badge" else word
