"""Where everything stands on the badge, in pixels of the landscape picture (0,0 is its upper left corner).

Positions are those of the badges that the original function published (docs/codecard-avatar.md, "What is drawn"). The
other layouts have places of their own (draw/layouts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom are exclusive, as in Pillow's ``crop``."""

WIDTH_PX = 264
HEIGHT_PX = 176
BLACK, WHITE = 0, 255


@dataclass(frozen=True, slots=True)
class NameLine:
    """A line of the badge: the property of BadgeName that it shows, its weight, and where it stands."""

    field: Literal["first_line", "last_line"]
    is_bold: bool
    baseline_px: int


NAME_LINES = (
    NameLine("first_line", is_bold=True, baseline_px=146),
    NameLine("last_line", is_bold=False, baseline_px=169),
)
NAME_LEFT_PX = 7
NAME_RIGHT_PX = 157
"""Exclusive right end of the black pixels of a line: 6 px before the identicon."""

MAX_NAME_SIZE_PX = 20
MIN_NAME_SIZE_PX = 10
"""Sizes of the font between which a line is made to fit; in the smallest one it is cut."""

IDENTICON_PX = 85
"""Side of the identicon with its frame: 6 px to the left and above, 8 cells, and the 7 px that are left."""

IDENTICON_LEFT_TOP_PX = (163, 75)
IDENTICON_FRAME_PX = 6
IDENTICON_CELL_PX = 9

CAPTION_BOX: Box = (168, 163, 249, 173)
"""Below the identicon: its name, as the original's service was asked for it."""

HEADING_BOX: Box = (167, 64, 248, 72)
HEADING = "8 x 8 of SHA-256"

EDGE_LABEL_BOX: Box = (250, 64, 260, 137)
"""Right of the identicon, read from top to bottom."""

EDGE_LABEL = "drawn by code"
LABEL_SIZES_PX = (11, 10, 9, 8, 7, 6)
"""Sizes that are tried for caption, heading and edge label, the largest that fits is taken."""
