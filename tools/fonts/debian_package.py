"""Files of a Debian package, after its hash was compared."""

from __future__ import annotations

import hashlib
import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ARCHIVE_MAGIC = b"!<arch>\n"
_MEMBER_HEADER_BYTES = 60


def package_files(package: Path, sha256: str, names: tuple[str, ...]) -> dict[str, bytes]:
    """Return the contents of some files by their names without folders. SystemExit when it is another package."""
    data = package.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SystemExit(f"{package.name} has the hash {found}, not {sha256}: another version")
    with tarfile.open(fileobj=io.BytesIO(_content(data)), mode="r:xz") as archive:
        members = {member.name.rsplit("/", 1)[-1]: member for member in archive if member.isfile()}
        return {name: _read(archive, members[name]) for name in names}


def _content(package: bytes) -> bytes:
    """Return the member data.tar.xz of the package, which is an ar archive."""
    at = len(_ARCHIVE_MAGIC)
    while at < len(package):
        name, size = package[at : at + 16].decode().rstrip(" /"), int(package[at + 48 : at + 58])
        at += _MEMBER_HEADER_BYTES
        if name == "data.tar.xz":
            return package[at : at + size]
        at += size + size % 2
    raise SystemExit("the package has no data.tar.xz")


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""
