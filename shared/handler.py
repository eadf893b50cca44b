"""The one way into a function: context -> typed call -> answer, for the FDK.

``handler = fdk_handler("adw-billing", Settings, serve)`` is all that a func.py holds. The handler reads request,
deadline and settings, calls ``serve``, turns an expected failure into an answer and writes one summary line.
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar

from shared import bodies, config_keys, http_request, logs, metrics, settings
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.http_request import HttpRequest
from shared.metrics import Metrics
from shared.metrics_settings import MetricsSettings
from shared.results import HttpAnswer, json_answer
from shared.sockets.call_end import closing
from shared.tls import trust

S = TypeVar("S")

Answer = dict[str, Any] | list[Any] | HttpAnswer
ErrorAnswer = Callable[[FunctionError, HttpRequest], HttpAnswer]


@dataclass(frozen=True, slots=True)
class Call(Generic[S]):
    """Everything that one call brings.

    ``summary`` takes fields for the call's one summary line, ``metrics`` points that are posted after the call where
    the settings say so (shared/metrics.py).
    """

    settings: S
    request: HttpRequest
    deadline: Deadline
    call_id: str
    body: bytes
    config: Mapping[str, str]
    context: Any
    summary: dict[str, object] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=lambda: Metrics(""))

    def json_body(self) -> Any:  # noqa: ANN401  (any JSON value)
        """Return the body as a JSON value, None when it is empty; BadRequest when it is no JSON."""
        return bodies.read_json(self.body)

    def flags(self, *known: str) -> dict[str, bool]:
        """Return the flags of the body by name (shared/bodies.py); BadRequest when it holds anything else."""
        return bodies.read_flags(self.body, known)


def fdk_handler(
    name: str,
    settings_class: type[S],
    serve: Callable[[Call[S]], Answer],
    *,
    on_error: ErrorAnswer | None = None,
    metrics_until_seconds: float = math.inf,
) -> Callable[..., Any]:
    """Return a handler for the FDK.

    ``serve`` returns a JSON value (answered as application/json) or an HttpAnswer. A FunctionError becomes HTTP 200
    with ``{"error": …}``, or what ``on_error`` makes of it. Anything else is a bug and passes through to the FDK.
    Metrics are posted before the answer goes out, but never once the call is older than ``metrics_until_seconds``.
    """

    def handler(ctx: Any, data: io.BytesIO | None = None) -> Any:  # noqa: ANN401  (the FDK's own objects)
        started = time.monotonic()
        logs.setup(ctx.CallID() or "")
        request = http_request.from_context(ctx)
        summary: dict[str, object] = {"function": name}
        call: Call[S] | None = None
        try:
            call = _call(name, ctx, data, request, settings_class, summary)
            answer = _answer(serve, call)
            summary["outcome"] = summary.get("outcome", "ok")
        except FunctionError as error:
            summary.update(outcome="error", reason=error.reason, error=error.message[:500])
            answer = on_error(error, request) if on_error else json_answer(error.to_body())
        except BaseException as bug:  # for the summary line only: the FDK logs the traceback and answers 502
            summary.update(outcome="bug", error=type(bug).__name__)
            raise
        finally:
            seconds = time.monotonic() - started
            summary["seconds"] = round(seconds, 3)
            if call is not None:
                _publish(call, seconds, metrics_until_seconds - seconds)
            logs.get(name).info("call", extra={"fields": summary})
        return _to_fdk(ctx, answer)

    return handler


def _call(
    name: str,
    ctx: Any,  # noqa: ANN401
    data: io.BytesIO | None,
    request: HttpRequest,
    settings_class: type[S],
    summary: dict[str, object],
) -> Call[S]:
    config = dict(ctx.Config())  # a copy: the FDK gives os.environ itself
    unknown = config_keys.unknown_keys([field.name for field in fields(settings_class)], config)  # type: ignore[arg-type]
    if unknown:
        summary["unknown_config_keys"] = unknown
    loaded = settings.load_settings(settings_class, config)
    if isinstance(loaded, MetricsSettings):
        trust(loaded.ca_certificates)
    return Call(
        settings=loaded,
        request=request,
        deadline=Deadline.from_header(ctx.Deadline()),
        call_id=ctx.CallID() or "",
        body=data.getvalue() if data is not None else b"",
        config=config,
        context=ctx,
        summary=summary,
        metrics=Metrics(name),
    )


def _publish(call: Call[Any], seconds: float, longest_seconds: float) -> None:
    """Post the function's own points, and two of every function: an expected failure is no error to Fn's metrics."""
    if not isinstance(call.settings, MetricsSettings) or not call.settings.publish_metrics:
        return
    call.metrics.add("call_seconds", seconds)
    call.metrics.add("call_errors", float(call.summary.get("outcome") in {"error", "bug"}))
    call.summary["metrics"] = metrics.post_metrics(
        call.metrics,
        call.config,
        call.deadline,
        endpoint=call.settings.oci_endpoint,
        longest_seconds=longest_seconds,
    )


def _answer(serve: Callable[[Call[S]], Answer], call: Call[S]) -> HttpAnswer:
    with closing():
        return _as_answer(serve(call))


def _as_answer(value: Answer) -> HttpAnswer:
    return value if isinstance(value, HttpAnswer) else json_answer(value)


def _to_fdk(ctx: Any, answer: HttpAnswer) -> Any:  # noqa: ANN401
    from fdk import response  # loaded by the FDK anyway; keeps this module usable without it

    # Fn's server would send a longer body chunked, which a Code Card's firmware does not read; one that has a length is
    # passed on with it. The body of a HEAD goes along: the server in front leaves it out and keeps the GET's length.
    headers = dict(answer.headers)
    if answer.status != 304:  # it has no body, and a length would be that of the body it stands for (RFC 9110, 8.6)
        headers["Content-Length"] = str(len(answer.body))
    return response.Response(ctx, response_data=answer.body, headers=headers, status_code=answer.status)
