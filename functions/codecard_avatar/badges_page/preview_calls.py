"""The preview's part of the page: the view of what was typed, and the parts that are asked for while somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.badges_page import badge_views
from functions.codecard_avatar.badges_page.preview_scenery import BACKGROUND_FILE, PHOTO_FILE, chosen_files, scenery_of
from functions.codecard_avatar.badges_page.typed_card import read_typed
from functions.codecard_avatar.model.button_layout import PHOTO_FIELD
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.codecard_avatar.badges_page.typed_card import TypedCard
    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline
    from shared.handler import Call
    from shared.pages.web_page import View

PART = "part"
"""The pair of an address, or the field of a form, that names a part of the preview."""

PARTS = {badge_views.PREVIEW: badge_views.preview_part, badge_views.LAYOUTS_PART: badge_views.layouts_part}


@dataclass(frozen=True, slots=True)
class PreviewCalls:
    """Answers one call; it changes nothing, whether it came as GET or POST."""

    call: Call[Settings]
    container: ContainerState
    deadline: Deadline

    def whole(self, typed: TypedCard) -> View:
        """Return the view of what was typed."""
        return badge_views.whole_view(typed, self.call.settings, scenery_of(self.call, self.container, self.deadline))

    def part(self, pairs: Iterable[tuple[str, str]]) -> View:
        """Return a part of the preview. Raises BadRequest for what no form of the page can send.

        It may come as POST: so can what is too long for an address, and a file that was chosen in the browser.
        """
        every = list(pairs)
        asked = dict(every)
        part = asked.get(PART, "")
        if part not in PARTS:
            raise BadRequest(f"part {part[:40]!r} is none", fix=f"one of {', '.join(PARTS)}", field=PART)
        files = chosen_files(asked)
        fields = [(name, text) for name, text in every if name not in {PART, PHOTO_FILE, BACKGROUND_FILE}]
        if PHOTO_FILE in files and not asked.get(PHOTO_FIELD, "").strip():
            # So that the buttons lead to its layout, as they will once the photo has a name in the bucket.
            fields = [*((name, text) for name, text in fields if name != PHOTO_FIELD), (PHOTO_FIELD, "photo")]
        # What is wrong with a text stands beside it, while it is being typed: no reason to show nothing.
        scenery = scenery_of(self.call, self.container, self.deadline, files)
        return PARTS[part](read_typed(fields), self.call.settings, scenery)


def refuse_faults(typed: TypedCard) -> None:
    """Raise BadRequest for the first field with a fault: for callers that are no form."""
    for name, fault in typed.faults.items():
        raise BadRequest(f"{name} {fault}", field=name)
