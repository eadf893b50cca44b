"""`oci-functions cloud press`: press a card's button at any address, with the firmwares that cards run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from emulator.base.result_folder import FolderNotWritable, make_writable
from emulator.card.card_client import Card
from emulator.card.card_tls import shown_fingerprint
from emulator.card.firmwares import TRAITS, Firmware

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from emulator.card.screen import Screen

CARD_ID = "CC50E3CCBFFF"
FIRMWARES = "S,LF"
BUTTONS = ("a/1", "a/2", "b/1", "b/2")


def add_press_arguments(parser: ArgumentParser) -> None:
    """Declare the options of `press`."""
    parser.add_argument("url", metavar="URL", help="the button's address, such as https://HOST/codecard/avatar")
    parser.add_argument("--card", default=CARD_ID, help="the card's id, its MAC address (default: %(default)s)")
    parser.add_argument(
        "--firmware", default=FIRMWARES, help="firmwares that press, of S, L, LF, O, K and F (default: %(default)s)"
    )
    parser.add_argument("--button", choices=BUTTONS, default="a/1", help="label and function (default: %(default)s)")
    parser.add_argument(
        "--method", choices=("GET", "POST"), default="POST", help="as `methoda1=` (default: %(default)s)"
    )
    parser.add_argument(
        "--fingerprint", help="as `fingerprinta1=`, SHA-1 of the host's certificate (default: read now)"
    )
    parser.add_argument("--out", type=Path, help="folder for what the panels show, a PNG a firmware (default: none)")


def run_press(arguments: Namespace) -> int:
    """Press once for each firmware and print what it said and shows; 0 when every panel has a picture."""
    firmwares = _firmwares(arguments.firmware)
    try:
        out = make_writable(arguments.out) if arguments.out else None
    except FolderNotWritable as fault:
        raise argparse.ArgumentError(None, str(fault)) from None
    given = arguments.fingerprint
    fingerprint = shown_fingerprint(arguments.url) if given is None else given
    shown = [_press(arguments, firmware, fingerprint, out) for firmware in firmwares]
    return 0 if all(shown) else 1


def _firmwares(text: str) -> list[Firmware]:
    """Return the named firmwares. Raises argparse.ArgumentError for one that is not known."""
    known = {name: name for name in get_args(Firmware)}
    names = [name.strip().upper() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise argparse.ArgumentError(None, f"--firmware: {name or 'an empty name'} is none of {', '.join(known)}")
    return [known[name] for name in names]


def _press(arguments: Namespace, firmware: Firmware, fingerprint: str, out: Path | None) -> bool:
    """Press with one firmware; tell whether the panel shows a picture that was fetched."""
    card = Card(arguments.card.replace(":", "").upper(), firmware)
    label, function = arguments.button.split("/")
    screen = card.push_button(
        arguments.url, label=label, function=function, method=arguments.method, fingerprint=fingerprint
    )
    lines = [f"{firmware}: {TRAITS[firmware].meaning}", *(f"  {line}" for line in card.serial)]
    lines.append(f"  panel: {_shown(screen)}")
    if out is not None and screen.picture is not None:
        path = out / f"{firmware}.png"
        path.write_bytes(screen.picture.png())
        lines.append(f"  {path}")
    sys.stdout.write("\n".join(lines) + "\n")
    return screen.picture is not None


def _shown(screen: Screen) -> str:
    if screen.picture is not None:
        return "the picture"
    words = {"white": "white, no picture came", "built-in": "a picture of the firmware's own"}
    return words.get(screen.shows, " / ".join(screen.words))
