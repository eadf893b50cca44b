"""What a press needs and a new container has to load first: done ahead of a press, by a call that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import NotAuthorised
from shared.tls import rsa_tls12_context

if TYPE_CHECKING:
    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.settings import Settings

SAMPLE_TITLE = "Joan Citizen"


def load_all(settings: Settings, container: ContainerState) -> list[str]:
    """Load drawing, fonts and, where requests are signed, the resource principal; return what is there now.

    Nothing is asked for and nothing is written, however often a scheduler calls.
    """
    from functions.codecard_avatar import render  # loads Pillow

    # A press spends its time on imports and fonts, of which this loads all; connections are left to the press, because
    # a container that was frozen since has lost them, and a registry should not be asked for nobody every minute.
    render.draw_sample(SAMPLE_TITLE, settings.usual_layout)
    loaded = ["drawing"]
    rsa_tls12_context()
    try:
        if container.load_principal(settings):
            loaded.append("principal")
    except NotAuthorised:
        loaded.append("no principal")
    return loaded
