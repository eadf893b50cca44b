"""What is wrong with a pre-authenticated link that object storage refuses.

The service answers any link that it does not serve as if nothing were there, and its documentation does not say with
what: an expired link, a deleted one, one that never was, one whose maker has lost the rights, and one that is good for
something else look alike. What can be told apart is told apart by one more request for the other right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from shared.http.client import HttpError

if TYPE_CHECKING:
    from shared.http.client import HttpResponse

Right = Literal["read", "write"]

MISSING = b'"ObjectNotFound"'
"""In the answer for an object that is not there, where the bucket is and the right is given."""

_WISHES: dict[Right, tuple[str, str]] = {"read": ("write", "AnyObjectRead"), "write": ("read", "AnyObjectReadWrite")}
"""The other right, and the access type that gives this one."""


class LinkRefusedError(HttpError):
    """A pre-authenticated link is dead, or good for something else; ``fix`` says what to do."""

    def __init__(self, right: Right, *, other_works: bool) -> None:
        other, access_type = _WISHES[right]
        told = f"can {other} and not {right}" if other_works else "is dead: expired, deleted or never made"
        super().__init__(f"the pre-authenticated link {told}")
        self.fix = f"make a link for {access_type}"


def is_refused(answer: HttpResponse) -> bool:
    """Tell whether an answer refuses the link itself; a missing object is no fault of the link."""
    return answer.status in {401, 403} or (answer.status == 404 and MISSING not in answer.body)


def is_served(answer: HttpResponse) -> bool:
    """Tell whether an answer shows that the link gives the right asked for, whatever became of the request."""
    return answer.status in {200, 412} or MISSING in answer.body


def fix_of(error: HttpError) -> str:
    """Return what to do about an error of a bucket, as far as it is known."""
    return error.fix if isinstance(error, LinkRefusedError) else ""
