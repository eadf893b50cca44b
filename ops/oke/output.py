"""How a command ends: one JSON document on stdout, or the error as one; what goes on is told on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.oke.progress import Progress

SUCCESS, ERROR = 0, 1


def ended(progress: Progress, work: Callable[[], object]) -> int:
    """Do the work, print what it returns and return the exit status; an expected failure is printed as its answer."""
    try:
        found = work()
    except FunctionError as fault:
        progress.close()
        progress.note(f"{fault.message or fault.reason}; {fault.advice}")
        print_json(fault.to_body())
        return ERROR
    progress.close()
    print_json(found)
    return SUCCESS


def print_json(document: object) -> None:
    """Print one document."""
    sys.stdout.write(pretty(document))
    sys.stdout.flush()


def pretty(document: object) -> str:
    """Return a document as people read it, with a line's end."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
