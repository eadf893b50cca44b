"""Answers that are sent in pieces: big objects, and bodies that a fault cuts, replaces or slows down."""

from __future__ import annotations

import asyncio
import socket
import struct
from email.utils import formatdate
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from emulator.base.faults import Fault

CHUNK_BYTES = 256 * 1024


class StreamedAnswer(web.StreamResponse):
    """An answer of known length whose body is read while it is sent.

    `cut_after_bytes` closes the connection after that many bytes, with the full length announced.
    """

    def __init__(self, status: int, headers: Mapping[str, str], length: int, chunks: AsyncIterator[bytes]) -> None:
        super().__init__(status=status, headers=dict(headers))
        self.content_length = length
        self.chunks = chunks
        self.cut_after_bytes: int | None = None
        self.cut_with_reset = False
        self._request: web.BaseRequest | None = None

    async def prepare(self, request: web.BaseRequest) -> object:  # type: ignore[override]
        """Send the head; aiohttp calls this."""
        self._request = request
        return await super().prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the body; aiohttp calls this when the handler has returned."""
        if self._request is not None and self._request.method != "HEAD":
            async for chunk in self._pieces():
                await self.write(chunk)
        if self.cut_after_bytes is None:
            await super().write_eof(data)
        elif self._request is not None:
            close_connection(self._request, reset=self.cut_with_reset)

    async def _pieces(self) -> AsyncIterator[bytes]:
        left = self.cut_after_bytes
        async for chunk in self.chunks:
            if left is None:
                yield chunk
                continue
            yield chunk[:left]
            left -= min(left, len(chunk))
            if left == 0:
                return


def close_connection(request: web.BaseRequest, *, reset: bool) -> None:
    """Close the connection under a request: in order, or with a TCP reset."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if reset and raw is not None:
        # SO_LINGER with a time of 0 makes close() send RST and drop unsent data instead of FIN.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        return
    transport.close()


async def file_chunks(file: Path, offset: int, length: int) -> AsyncIterator[bytes]:
    """Yield `length` bytes of a file from `offset`, never more than a chunk in memory."""
    with file.open("rb") as source:
        source.seek(offset)
        while length > 0:
            chunk = await asyncio.to_thread(source.read, min(CHUNK_BYTES, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk


def with_fault(answer: web.StreamResponse, fault: Fault) -> web.StreamResponse:
    """Return the answer as a fault wants its body and pace. Answers of other kinds pass unchanged."""
    streamed = _streamed(answer)
    if streamed is None:
        return answer
    if fault.body is not None:
        streamed.content_length = len(fault.body)
        streamed.chunks = _once(fault.body)
    if fault.first_byte_delay_seconds or fault.bytes_per_second:
        streamed.chunks = _slowly(streamed.chunks, fault.first_byte_delay_seconds, fault.bytes_per_second)
    streamed.cut_after_bytes = fault.truncate_bytes
    streamed.cut_with_reset = fault.reset
    return streamed


async def trickle(request: web.BaseRequest, answer: web.StreamResponse, bytes_per_second: float) -> None:
    """Write an answer's head and body a byte at a time, until the end or until the client leaves; then close.

    Nothing of it is held back or put together on the way: each byte is a segment of its own, as TCP_NODELAY is set.
    """
    streamed = _streamed(answer)
    head = [f"HTTP/1.1 {answer.status} {answer.reason or ''}", f"Date: {formatdate(usegmt=True)}"]
    head += [f"{name}: {value}" for name, value in answer.headers.items() if name.lower() != "content-length"]
    length = 0 if streamed is None else streamed.content_length or 0
    await _write_slowly(request, "\r\n".join([*head, f"Content-Length: {length}", "", ""]).encode(), bytes_per_second)
    if streamed is not None and request.method != "HEAD":
        async for chunk in streamed.chunks:
            await _write_slowly(request, chunk, bytes_per_second)
    close_connection(request, reset=False)


async def _write_slowly(request: web.BaseRequest, data: bytes, bytes_per_second: float) -> None:
    for at in range(len(data)):
        if request.transport is None or request.transport.is_closing():
            return
        request.transport.write(data[at : at + 1])
        await asyncio.sleep(1 / bytes_per_second)


def _streamed(answer: web.StreamResponse) -> StreamedAnswer | None:
    if isinstance(answer, StreamedAnswer):
        return answer
    if not isinstance(answer, web.Response) or not isinstance(answer.body, bytes | bytearray | None):
        return None
    body = bytes(answer.body or b"")
    return StreamedAnswer(answer.status, answer.headers, len(body), _once(body))


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _slowly(
    chunks: AsyncIterator[bytes], first_delay_seconds: float, bytes_per_second: float | None
) -> AsyncIterator[bytes]:
    """Yield the same bytes in twentieths of a second's worth."""
    await asyncio.sleep(first_delay_seconds)
    async for chunk in chunks:
        step = len(chunk) or 1
        if bytes_per_second is not None:
            step = max(1, int(bytes_per_second / 20))
        for at in range(0, len(chunk), step):
            piece = chunk[at : at + step]
            await asyncio.sleep(len(piece) / bytes_per_second if bytes_per_second else 0)
            yield piece
