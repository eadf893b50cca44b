"""The bytes of one object, unpacked as they come and proved on the way: length, CRC of every gzip member, two hashes.

DuckDB reads gzip by itself, but does not check its CRC: a damaged object would load without an error. So the object is
unpacked here, in the same pass that feeds the parser. A gzip file is one or more members (RFC 1952 section 2.2).
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from isal import igzip_lib, isal_zlib

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

GZIP_MAGIC = b"\x1f\x8b"
GZIP_BITS = 31
"""zlib's window bits for a gzip stream whose CRC and length are checked (zlib manual, inflateInit2)."""
MAX_PIECE_BYTES = 1 << 20
"""Most bytes handed on at once: bounds what one compressed block can blow up to in memory."""
MAX_RATIO = 400
"""Unpacked bytes a stored byte may become; real reports stay below 40, deflate cannot pass 1,032."""
RATIO_CHECKED_FROM_BYTES = 32 << 20
"""Unpacked bytes below which no ratio is suspicious."""


class StreamFault(Exception):
    """The object's bytes cannot be used; ``reason`` is the quarantine's reason."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


class ProvenStream:
    """Unpacks stored bytes; ``sha256`` and ``size_bytes`` are those of the stored bytes seen so far.

    ``content_sha256`` is that of the text, once all of it was proved; empty before, and of a text that was not.

    Plain text passes through unchanged. ``pieces`` raises StreamFault: `truncated`, `damaged`, `size-differs` or
    `ratio`; it has to be read to its end before anything of the object may be called proved.
    """

    def __init__(self, stored: Iterable[bytes], expected_bytes: int) -> None:
        self._stored = iter(stored)
        self._expected = expected_bytes
        self._hash = hashlib.sha256()
        self._text_hash = hashlib.sha256()
        self._proved = False
        self.size_bytes = 0
        self.text_bytes = 0
        self.is_gzip = False

    @property
    def sha256(self) -> str:
        """In hexadecimal digits."""
        return self._hash.hexdigest()

    @property
    def content_sha256(self) -> str:
        """In hexadecimal digits: the same for a report and the same report compressed, by whatever compressor."""
        if not self._proved:
            return ""
        return self._text_hash.hexdigest() if self.is_gzip else self.sha256

    def pieces(self) -> Iterator[bytes]:
        """Yield the unpacked bytes, at most MAX_PIECE_BYTES at once."""
        # What is proved at the end, and only there: each member's CRC and length (the inflater raises where they
        # differ), that nothing but padding follows the last one, and that as many bytes came as were listed. Rows of
        # a stream that fails late were staged, but are never published.
        chunks = self._counted()
        first = next(chunks, b"")
        # a first chunk of one byte does not show yet whether the object is gzip
        while 0 < len(first) < len(GZIP_MAGIC):
            more = next(chunks, b"")
            if not more:
                break
            first += more
        self.is_gzip = first.startswith(GZIP_MAGIC)
        unpacked = self._members(first, chunks) if self.is_gzip else _plain(first, chunks)
        for piece in unpacked:
            self.text_bytes += len(piece)
            if self.text_bytes > RATIO_CHECKED_FROM_BYTES and self.text_bytes > MAX_RATIO * self.size_bytes:
                raise StreamFault("ratio", f"unpacks to more than {MAX_RATIO} times its size")
            if self.is_gzip:  # text as it is stored is hashed already
                self._text_hash.update(piece)
            yield piece
        if self.size_bytes != self._expected:
            raise StreamFault("size-differs", f"{self.size_bytes} bytes came, {self._expected} were listed")
        self._proved = True

    def drain(self) -> None:
        """Read what is left of the stored bytes, so that hash and size are those of the object."""
        for _ in self._counted():
            pass

    def _counted(self) -> Iterator[bytes]:
        for chunk in self._stored:
            self.size_bytes += len(chunk)
            self._hash.update(chunk)
            yield chunk

    def _members(self, data: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        while True:
            rest = yield from self._member(data, chunks)
            data = _behind_padding(rest, chunks)
            if not data:
                return
            if not data.startswith(GZIP_MAGIC[: len(data)]):
                raise StreamFault("damaged", "bytes follow the end of the gzip data")

    def _member(self, data: bytes, chunks: Iterator[bytes]) -> Generator[bytes, None, bytes]:
        """Yield the text of one member; return the bytes behind it."""
        # Output is bounded, so that a call may end with input left over (`unconsumed_tail`) or with output still held
        # back: a full piece without a tail is asked again with no input before more is read.
        inflate = isal_zlib.decompressobj(wbits=GZIP_BITS)
        while not inflate.eof:
            try:
                piece = inflate.decompress(data, MAX_PIECE_BYTES)
            except igzip_lib.IsalError as fault:  # type: ignore[misc]  # its stub forgets the base class
                raise StreamFault("damaged", f"the gzip data is damaged: {fault}") from None
            if piece:
                yield piece
            data = inflate.unconsumed_tail
            if not data and not inflate.eof and len(piece) < MAX_PIECE_BYTES:
                data = next(chunks, b"")
                if not data:
                    raise StreamFault("truncated", "the gzip data ends too early")
        return inflate.unused_data


def _behind_padding(data: bytes, chunks: Iterator[bytes]) -> bytes:
    """Return what follows the zeros with which tapes and block devices pad (gzip manual, "Advanced usage")."""
    # The zeros may end within a chunk: what is behind them must not depend on where the download was cut.
    while not (rest := data.lstrip(b"\0")):
        data = next(chunks, b"")
        if not data:
            break
    return rest


def undamaged(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what can be unpacked of a stream that is damaged or cut."""
    with contextlib.suppress(StreamFault):
        yield from pieces


def _plain(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from chunks
