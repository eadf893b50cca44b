"""The wallet's archive: what is written and with which rights, and everything that refuses it."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from functions.adw_billing.errors import WalletUnusable
from functions.adw_billing.warehouse.oracle.wallet_archive import MAX_BYTES, MAX_FILES, unpack, write

FILES = {"ewallet.pem": b"key", "tnsnames.ora": b"a = (x)", "sqlnet.ora": b"s", "cwallet.sso": b"opens by itself"}


def packed(files: dict[str, bytes] = FILES, *, more: list[tuple[zipfile.ZipInfo | str, bytes]] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*files.items(), *(more or [])]:
            archive.writestr(name, content)
    return buffer.getvalue()


def entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


@pytest.mark.parametrize("content", [packed(), gzip.compress(packed())], ids=["zip", "zip in gzip"])
def test_what_the_driver_reads_is_kept_and_what_opens_without_a_password_is_not(content: bytes) -> None:
    assert unpack(content) == {name: FILES[name] for name in ("ewallet.pem", "tnsnames.ora", "sqlnet.ora")}


@pytest.mark.parametrize(
    "name",
    [
        "../ewallet.pem",
        "/etc/passwd",
        "a/../../b",
        "..",
        "sub/tnsnames.ora",
        "sub/",
        "c:\\x",
        "..\\x",
        ".bashrc",
        "a\nb",
    ],
)
def test_a_name_that_is_no_plain_file_name_refuses_the_archive(name: str) -> None:
    with pytest.raises(WalletUnusable, match="plain file"):
        unpack(packed(more=[(name, b"x")]))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_an_entry_that_is_a_link_or_a_device_refuses_the_archive(kind: int) -> None:
    with pytest.raises(WalletUnusable, match="plain file"):
        unpack(packed(more=[(entry("README", kind | 0o777), b"/etc")]))


def test_a_name_with_a_hidden_end_refuses_the_archive() -> None:
    content = packed(more=[("READMEx/../e", b"x")]).replace(b"READMEx/../e", b"README\x00/../e")
    with pytest.raises(WalletUnusable, match="plain file"):
        unpack(content)


def test_two_entries_of_one_name_refuse_the_archive() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        content = packed(more=[("ewallet.pem", b"other")])
    with pytest.raises(WalletUnusable, match="same name"):
        unpack(content)
    with pytest.raises(WalletUnusable, match="same name"):
        unpack(packed(more=[("EWALLET.PEM", b"other")]))


def test_an_encrypted_entry_refuses_the_archive() -> None:
    content = bytearray(packed({"ewallet.pem": b"key", "tnsnames.ora": b"x"}))
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, at + 8, 1)
    with pytest.raises(WalletUnusable, match="encrypted"):
        unpack(bytes(content))


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", packed()[:-30], gzip.compress(b"not a zip"), gzip.compress(gzip.compress(packed()))],
    ids=["empty", "text", "cut zip", "gzip of text", "gzip in gzip"],
)
def test_what_is_no_zip_is_told_as_that(content: bytes) -> None:
    with pytest.raises(WalletUnusable, match="not a zip"):
        unpack(content)


def test_a_gzip_stream_that_is_cut_or_damaged_is_told() -> None:
    whole = gzip.compress(packed())
    with pytest.raises(WalletUnusable, match="cut off"):
        unpack(whole[:-9])
    with pytest.raises(WalletUnusable, match="damaged"):
        unpack(whole[:-8] + bytes(4) + whole[-4:])


def test_an_archive_that_opens_to_more_than_a_wallet_has_is_refused() -> None:
    with pytest.raises(WalletUnusable, match="more files or bytes"):
        unpack(packed(more=[("keystore.jks", bytes(MAX_BYTES))]))
    with pytest.raises(WalletUnusable, match="more files or bytes"):
        unpack(packed(more=[(f"f{number}", b"") for number in range(MAX_FILES)]))
    with pytest.raises(WalletUnusable, match="opens to more"):
        unpack(gzip.compress(bytes(MAX_BYTES + 1)))
    with pytest.raises(WalletUnusable, match="more than"):
        unpack(bytes(MAX_BYTES + 1))


def test_a_wallet_without_key_or_aliases_is_refused() -> None:
    with pytest.raises(WalletUnusable, match=r"no ewallet\.pem and no tnsnames\.ora"):
        unpack(packed({"README": b"hello"}))


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "wallet"
    write(folder, {"ewallet.pem": b"1", "tnsnames.ora": b"2"})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


def test_a_wallet_replaces_the_older_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "wallet"
    write(folder, {"ewallet.pem": b"old", "sqlnet.ora": b"old"})
    write(folder, {"ewallet.pem": b"new"})
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == {"ewallet.pem": b"new"}
    assert [each.name for each in tmp_path.iterdir()] == ["wallet"]


def test_a_folder_with_other_files_a_link_and_a_file_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    (tmp_path / "file").write_text("x")
    for name, message in (("own", "other files"), ("link", "not a folder"), ("file", "not a folder")):
        with pytest.raises(WalletUnusable, match=message):
            write(tmp_path / name, {"ewallet.pem": b"x"})
    assert (tmp_path / "own" / "notes.txt").read_text() == "mine"
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_folder_of_another_user_is_left_alone(tmp_path: Path) -> None:
    """Who owns a folder can read and replace what is written into it, whatever the files' own modes are."""
    folder = Path("/usr")
    if os.getuid() == 0:
        folder = tmp_path / "prepared"
        folder.mkdir(0o777)
        os.chown(folder, 65_534, 65_534)
    before = folder.stat()
    with pytest.raises(WalletUnusable, match="belongs to another user") as caught:
        write(folder, {"ewallet.pem": b"x"})
    assert "TNS_ADMIN" in caught.value.fix
    assert (folder.stat().st_ino, (folder / "ewallet.pem").exists()) == (before.st_ino, False)


def test_a_place_that_cannot_be_written_is_told_with_the_key_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WalletUnusable) as caught:
        write(tmp_path / "file" / "wallet", {"ewallet.pem": b"x"})
    assert "TNS_ADMIN" in caught.value.fix
