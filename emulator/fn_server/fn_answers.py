"""The outcome of a call to a function, in Fn's own statuses and messages (measured on fnserver 0.3.753)."""

from __future__ import annotations

import json
from dataclasses import dataclass

Headers = list[tuple[str, str]]

BODY_BYTES = 6 * 1024 * 1024
"""Fn's limit of a call's body, and of an answer's."""


@dataclass(frozen=True)
class FnAnswer:
    """The agent's answer before a route shapes it: the FDK's headers are raw (`Fn-Http-Status`, `Fn-Http-H-…`)."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first value of a header, None without one."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class AgentError(Exception):
    """A call that the agent answers itself, with a status and Fn's message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def answer(self) -> FnAnswer:
        """Return the error as Fn writes it."""
        body = json.dumps({"message": self.message}).encode()
        return FnAnswer(self.status, [("Content-Type", "application/json; charset=utf-8")], body)


def function_failed() -> AgentError:
    """Return the error for a handler's exception; the process lives on."""
    return AgentError(502, "function failed")


def no_answer() -> AgentError:
    """Return the error for a process that died during a call."""
    return AgentError(502, "error receiving function response")


def invalid_answer() -> AgentError:
    """Return the error for a status other than 200, 502 and 504; the process is killed."""
    return AgentError(502, "invalid function response")


def timed_out() -> AgentError:
    """Return the error for a call over its timeout; the process is killed."""
    return AgentError(504, "Timed out")


def failed_to_start() -> AgentError:
    """Return the error for a process that ends before it listens."""
    return AgentError(502, "Container failed to initialize, please ensure you are using the latest fdk / format")


def start_timed_out() -> AgentError:
    """Return the error for a process that does not listen in time."""
    return AgentError(504, "Container initialization timed out, please ensure you are using the latest fdk / format")


def too_large() -> AgentError:
    """Return the error for a request body over 6 MiB."""
    return AgentError(413, "Content-Length too large for this server")


def unknown_function() -> AgentError:
    """Return the error for a name that no function has."""
    return AgentError(404, "Fn not found")


def unknown_trigger() -> AgentError:
    """Return the error for a source that no trigger has."""
    return AgentError(404, "Trigger not found")


def with_call_id(answer: FnAnswer, call_id: str) -> FnAnswer:
    """Add the call's id, which the FDK does not send back and Fn's client reads."""
    return FnAnswer(answer.status, [*answer.headers, ("Fn-Call-Id", call_id)], answer.body)


def require_success(answer: FnAnswer) -> FnAnswer:
    """Pass an answer with status 200; AgentError for any other."""
    # The FDK answers 200, 502 or 504; the function's own status is in Fn-Http-Status. Body and headers of a 502 are
    # dropped: the client sees Fn's message.
    if answer.status == 200:
        return answer
    if answer.status == 502:
        raise function_failed()
    if answer.status == 504:
        raise timed_out()
    raise invalid_answer()
