"""Files of a Debian package, made here: an ar archive with a tar archive in it."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from tools.fonts.debian_package import package_files


def member(name: str, content: bytes) -> bytes:
    """A file of an ar archive: a header of 60 bytes, the content, a byte more where its size is odd."""
    return (
        f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content + b"\n" * (len(content) % 2)
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        for name, content in (("./usr/share/a.otf", b"one"), ("./usr/share/doc/b.txt", b"two")):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    file = tmp_path / "fonts_1_all.deb"
    parts = (("debian-binary", b"2.0\n"), ("control.tar.xz", b"odd"), ("data.tar.xz", data.getvalue()))
    file.write_bytes(b"!<arch>\n" + b"".join(member(*part) for part in parts))
    return file


def test_files_are_found_by_their_name_without_folders(package: Path) -> None:
    sha256 = hashlib.sha256(package.read_bytes()).hexdigest()
    assert package_files(package, sha256, ("b.txt", "a.otf")) == {"b.txt": b"two", "a.otf": b"one"}


def test_another_package_is_refused_with_both_hashes(package: Path) -> None:
    with pytest.raises(SystemExit, match=r"fonts_1_all\.deb has the hash [0-9a-f]{64}, not 00"):
        package_files(package, "00", ("a.otf",))


def test_an_archive_without_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.deb").write_bytes(b"!<arch>\n" + member("debian-binary", b"2.0\n"))
    sha256 = hashlib.sha256((tmp_path / "c.deb").read_bytes()).hexdigest()
    with pytest.raises(SystemExit, match=r"no data\.tar\.xz"):
        package_files(tmp_path / "c.deb", sha256, ())
