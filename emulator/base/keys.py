"""RSA keys by name, kept in a folder: making one costs a tenth of a second and more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from pathlib import Path

KEY_BITS = 2048
"""The size of OCI's session and API keys."""


def write_private(path: Path, content: bytes) -> Path:
    """Write a file that only its owner can read, atomically, in a folder like it when that is made; return its path."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)
    return path


class KeyRing:
    """RSA-2048 keys as PEM files (PKCS#8, mode 0600) in `folder`, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._loaded: dict[str, rsa.RSAPrivateKey] = {}

    def file(self, name: str) -> Path:
        """Return the PEM file of a key, made if it is not there."""
        path = self.folder / f"{name}.key.pem"
        if not path.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            write_private(path, pem)
        return path

    def private_key(self, name: str) -> rsa.RSAPrivateKey:
        """Return a key."""
        if name not in self._loaded:
            key = serialization.load_pem_private_key(self.file(name).read_bytes(), None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError(f"{self.file(name).name} does not hold an RSA key")
            self._loaded[name] = key
        return self._loaded[name]
