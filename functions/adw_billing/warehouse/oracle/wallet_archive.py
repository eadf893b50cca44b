"""Opens the archive in which OCI hands out a wallet, and writes what the driver needs where only we can read it.

A zip, or since March 2026 a gzip stream around one. The archive comes over TLS from a service that we trust, and still
nothing in it is believed: a name that is not a plain file name, a link, a second file of the same name, an encrypted
entry or a size beyond any wallet's refuses the whole archive.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from functions.adw_billing.errors import WalletUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 4 * 1024 * 1024
"""Of the archive, of all its files, and of what a gzip stream may grow to; a real wallet has 30 KB."""

MAX_FILES = 40
KEPT_FILES = ("ewallet.pem", "tnsnames.ora", "sqlnet.ora")
"""What the Thin driver reads (python-oracledb, "Connecting to Oracle Cloud Autonomous Databases"), and the file that
belongs to it. `cwallet.sso` and the key stores open without a password: they are not written."""

WALLET_NAMES = frozenset(
    (*KEPT_FILES, "README", "cwallet.sso", "ewallet.p12", "keystore.jks", "ojdbc.properties", "truststore.jks")
)
"""All names in OCI's wallets. A folder that holds anything else is somebody's own and is left alone."""

REQUIRED_FILES = ("ewallet.pem", "tnsnames.ora")
_GZIP = b"\x1f\x8b"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the kept files of a wallet by name. Raises WalletUnusable."""
    if len(content) > MAX_BYTES:
        raise WalletUnusable(f"the wallet has more than {MAX_BYTES} bytes")
    if content.startswith(_GZIP):
        content = _gunzip(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check(entries)
            files = {each.filename: archive.read(each) for each in entries if each.filename in KEPT_FILES}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise WalletUnusable(f"the wallet is not a zip that can be read ({type(fault).__name__})") from None
    missing = [name for name in REQUIRED_FILES if not files.get(name)]
    if missing:
        raise WalletUnusable(f"the wallet has no {' and no '.join(missing)}")
    return files


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files into `folder` (made with mode 0700, files 0600), in place of what was there. WalletUnusable.

    They are written beside it and moved into place, so that nobody sees half a wallet.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _check_folder(folder)
        # mkdtemp makes a folder of mode 0700 with a name that nobody can foresee; beside the target a rename suffices
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        for name, content in files.items():
            descriptor = os.open(fresh / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        _move(fresh, folder)
    except OSError as fault:
        raise WalletUnusable(
            f"the wallet cannot be written to {folder} ({type(fault).__name__})",
            fix="let TNS_ADMIN name a folder below /tmp, or leave it out",
        ) from None


def _gunzip(content: bytes) -> bytes:
    """Return the one stream inside, its checksum proved. Raises WalletUnusable."""
    # One byte more than allowed is asked for: memory stays bounded, whatever a small stream opens to. At `eof` zlib has
    # compared CRC and length of the stream.
    opener = zlib.decompressobj(wbits=31)
    try:
        opened = opener.decompress(content, MAX_BYTES + 1)
    except zlib.error:
        raise WalletUnusable("the wallet's gzip stream is damaged") from None
    if len(opened) > MAX_BYTES:
        raise WalletUnusable(f"the wallet opens to more than {MAX_BYTES} bytes")
    if not opener.eof:
        raise WalletUnusable("the wallet's gzip stream is cut off")
    return opened


def _check(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that is no wallet or would write where it must not. Raises WalletUnusable."""
    names = [each.filename for each in entries]
    if len(names) > MAX_FILES or sum(each.file_size for each in entries) > MAX_BYTES:
        raise WalletUnusable("the wallet holds more files or bytes than a wallet has")
    # The sizes are those that the archive states; `ZipFile.read` gives no more than stated. A name that was cut or
    # changed while it was read (zipfile ends it at a NUL) is not the name that another reader would see, and of two
    # entries of one name each reader takes another: both mark an archive that is not what it seems.
    for each in entries:
        mode = each.external_attr >> 16
        kind_is_wrong = stat.S_IFMT(mode) not in (0, stat.S_IFREG)
        if kind_is_wrong or each.orig_filename != each.filename or not _PLAIN_NAME.fullmatch(each.filename):
            raise WalletUnusable("an entry of the wallet is not a plain file", entry=ascii(each.orig_filename)[:80])
        if each.flag_bits & 1:
            raise WalletUnusable("an entry of the wallet is encrypted", entry=each.filename)
    if len(set(map(str.lower, names))) != len(names):
        raise WalletUnusable("two entries of the wallet have the same name")


def _check_folder(folder: Path) -> None:
    """Refuse a place that somebody else may have prepared. Raises WalletUnusable."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise WalletUnusable(
            f"{folder} is not a folder", fix="let TNS_ADMIN name a folder, or a path that does not exist"
        )
    if not folder.exists():
        return
    if folder.stat().st_uid != os.getuid():
        raise WalletUnusable(
            f"{folder} belongs to another user", fix="let TNS_ADMIN name a folder of the function's own"
        )
    others = sorted({each.name for each in folder.iterdir()} - WALLET_NAMES)
    if others:
        raise WalletUnusable(
            f"{folder} holds other files than a wallet's ({others[0]!a})",
            fix="let TNS_ADMIN name a folder that the function may replace, or leave db_ocid out",
        )


def _move(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    # rename(2) does not replace a folder that holds files, so the old one is moved aside first and removed at the end.
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    folder.rename(old / "old")
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
