"""The OCI SDK's connections, whose waits end with the call's deadline.

The SDK has time-outs of a connect and of a receive, and none of a call: a service that sends 20 bytes a second held a
tick with 3 s left for two minutes. Its sessions are those of requests, to which adapters can be mounted: here they
are the SDK's own, and take the connections that the SDK makes, but let them wait no longer than the deadline does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.bounded_work import Late, within
from shared.sockets.call_end import closed_at_end
from shared.sockets.timed_socket import TimedSocket
from shared.tls import client_context, has_private_authorities

if TYPE_CHECKING:
    from collections.abc import Callable


def end_with(session: Any, left_seconds: Callable[[], float]) -> None:  # noqa: ANN401  (the SDK's requests session)
    """Let every wait of a session end when ``left_seconds`` says that nothing is left, and its connections with it."""
    for prefix in ("https://", "http://"):
        adapter = type("TimedAdapter", (_TimedAdapter, type(session.get_adapter(prefix))), {})
        session.mount(prefix, closed_at_end(adapter(left_seconds)))


class _TimedConnection:
    """Mixed into the connection class of a pool, before it."""

    sock: Any
    left_seconds: Callable[[], float]

    def connect(self) -> None:
        """Connect and shake hands; a thread waits for it, because a name lookup takes no time-out."""
        try:
            within(self.left_seconds(), super().connect, name="connect")  # type: ignore[misc]
        except Late:
            raise TimeoutError("no connection in time") from None
        self.sock = TimedSocket(self.sock, self.left_seconds)


class _TimedAdapter:
    """Mixed into an adapter class of requests, before it."""

    def __init__(self, left_seconds: Callable[[], float]) -> None:
        self._members = {"left_seconds": staticmethod(left_seconds)}
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Make the pools; the SDK's own authorities are added to those of a context that is given."""
        if has_private_authorities():
            kwargs["ssl_context"] = client_context()
        super().init_poolmanager(*args, **kwargs)  # type: ignore[misc]

    def get_connection(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Return the pool for an address, a proxy's too, whose new connections are timed."""
        pool = super().get_connection(*args, **kwargs)  # type: ignore[misc]
        made_by = pool.ConnectionCls
        if not issubclass(made_by, _TimedConnection):
            pool.ConnectionCls = type("TimedConnection", (_TimedConnection, made_by), self._members)
        return pool
