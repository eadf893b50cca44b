"""Decodes an API server's answers: objects and pages of lists, as typed values with only the fields asked for.

An answer that is none, or of another kind, is an error with the code ``malformed``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from shared.errors import KubernetesApiError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _ListMeta(msgspec.Struct):
    continue_: str = msgspec.field(name="continue", default="")
    remaining: int | None = msgspec.field(name="remainingItemCount", default=None)


class Page(msgspec.Struct, Generic[T]):
    """One page of a list."""

    kind: str
    items: list[T]
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


class _Kind(msgspec.Struct):
    kind: str = ""


def decoded_apiece(body: bytes, item: type[T], path: str, odd: Callable[[bytes], T | None]) -> Page[T]:
    """Decode the items of a page one by one, since together they do not; ``odd`` has those that do not alone."""
    page = decoded(body, msgspec.json.Decoder(Page[msgspec.Raw]), path)
    decoder, items = msgspec.json.Decoder(item), list[T]()
    for raw in page.items:
        try:
            items.append(decoder.decode(raw))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = odd(bytes(raw))
            if found is not None:
                items.append(found)
    return Page(page.kind, items, page.metadata)


def decoded_object(body: bytes, item: type[T], path: str, *, odd: Callable[[bytes], T | None] | None = None) -> T:
    """Return the body as one object, whose kind must be the name of ``item``; else as ``decoded``.

    ``odd`` makes the best of one with fields of other types.
    """
    kind = decoded(body, msgspec.json.Decoder(_Kind), path).kind
    if kind != kind_of(item):
        raise malformed(path, f"{kind_of(item)} was asked for, {kind or 'something without a kind'} came")
    try:
        return decoded(body, msgspec.json.Decoder(item), path)
    except KubernetesApiError:
        found = odd(body) if odd is not None else None
        if found is None:
            raise
        return found


def kind_of(item: type[object]) -> str:
    """Return the kind that a type stands for: its name, without the mark of a private one."""
    return item.__name__.removeprefix("_")


def decoded(body: bytes, decoder: msgspec.json.Decoder[T], path: str) -> T:
    """Return the body as the decoder's type; KubernetesApiError (``malformed``) names the field that does not fit."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise malformed(path, str(fault)) from None


def malformed(path: str, text: str) -> KubernetesApiError:
    """Return the error for an answer that cannot be read."""
    return KubernetesApiError(f"the API server's answer cannot be read: {text[:200]}", code="malformed", path=path)
