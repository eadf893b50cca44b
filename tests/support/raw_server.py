"""A server that answers with the bytes it is given, in the writes it is given."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

Answer = bytes | Sequence[bytes]
GAP_SECONDS = 0.05
"""Between two writes of one answer, so that they arrive apart."""


@dataclass
class RawServer:
    """Answers each request on a connection with the next of its answers; closes the connection after the last one."""

    answers: list[Answer]
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    def serve(self, listening: socket.socket) -> None:
        """Accept until the socket is closed."""
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            for answer in self.answers:
                request = _request(connection)
                if not request:
                    return
                self.requests.append(request)
                writes = [answer] if isinstance(answer, bytes) else answer
                for number, write in enumerate(writes):
                    time.sleep(GAP_SECONDS if number else 0)
                    connection.sendall(write)


def _request(connection: socket.socket) -> bytes:
    """Read one request with its body."""
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
        head, separator, body = data.partition(b"\r\n\r\n")
        _, _, length = head.lower().partition(b"content-length: ")
        if separator and len(body) >= int(length.partition(b"\r\n")[0] or 0):
            break
    return data


@contextlib.contextmanager
def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Run a server on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as plain:
        port = int(plain.getsockname()[1])
        listening = tls.wrap_socket(plain, server_side=True) if tls else plain
        server = RawServer(list(answers), port=port)
        threading.Thread(target=server.serve, args=[listening], daemon=True).start()
        yield server
        listening.close()
