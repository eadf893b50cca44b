"""What is known when the saving of several cards ends before all of them are saved."""

from __future__ import annotations

from shared.errors import FunctionError, OciServiceError


class PartlySaved(Exception):
    """Saving stopped in the middle: ``reason`` is why, ``message`` says so and ``progress`` how far it came."""

    def __init__(self, reason: Exception, saved: int, wanted: int, things: str) -> None:
        self.reason = reason
        self.message = reason.message if isinstance(reason, FunctionError) else str(reason)
        unknown = isinstance(reason, OciServiceError) and reason.code == "no-answer"
        last = ", and perhaps the next one" if unknown else ""
        self.progress = f"{saved} of {wanted} {things} saved{last}"
        super().__init__(f"{self.message}; {self.progress}")
