"""What can be expected to go wrong with a cluster's life, beside the errors of shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Sequence


class NameTaken(FunctionError):
    """Under the wanted name there is something that this command must not take up; ``found`` names it."""

    reason = "name-taken"
    meaning = "Clusters or node pools of that name are there already that this command did not make, or that failed."
    remedy = "Choose another name, or delete what is named."

    def __init__(self, message: str, found: Sequence[str], *, fix: str = "") -> None:
        super().__init__(message, fix=fix, found=list(found))


class NotMade(FunctionError):
    """OKE took the request and could not do it; ``errors`` are OKE's own, ``left_behind`` is what is there now."""

    reason = "not-made"
    meaning = "OKE began the work and failed; what it left behind is named."
    remedy = "Correct what the errors name, delete what was left behind, and run the command again."

    def __init__(
        self, message: str, *, errors: Sequence[str], left_behind: Sequence[str], work_request: str = "", fix: str = ""
    ) -> None:
        super().__init__(
            message, fix=fix, errors=list(errors), left_behind=list(left_behind), work_request=work_request
        )


class StillGoingOn(FunctionError):
    """The time of the command is over and OKE's work is not; ``waited_for`` says for what it waited."""

    reason = "still-going-on"
    meaning = "The time of `--timeout` is over, and OKE's work goes on."
    remedy = "Run the same command again: it takes up what is there, and makes nothing twice."

    def __init__(self, waited_for: str) -> None:
        super().__init__(f"time is over while {waited_for}", waited_for=waited_for)
