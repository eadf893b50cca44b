"""The docs' tables of the card's firmwares, from what the emulated card is and what its tests have pressed."""

from __future__ import annotations

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


def _bold(word: str) -> str:
    """Return a cell: what is hoped for stands out."""
    return f"**{word}**" if word == "badge" else word
