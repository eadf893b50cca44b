"""What the packages of the bases weigh: ``python -m tools.image_sizes`` lays the bases out and measures.

The table goes into docs/images.md, with the fingerprint of what it was measured from, so that a stale one is found
without measuring again. Compressed is gzip, as a registry keeps layers.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from tools import layout, suite

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = suite.ROOT / "docs" / "images.md"
MEASURED_FROM = ("requirements.txt", "requirements-pages.txt", "requirements-data.txt", "prune.py")
SHOWN_MB = 1.0
_MARKED = re.compile(r"(<!-- measured: image-sizes )(\w*)( -->\n)(.*?)(<!-- end measured -->)", re.DOTALL)


@dataclass(frozen=True)
class Package:
    """An installed distribution: its bytes, byte-compiled files included, and those of its compressed archive."""

    name: str
    base: str
    raw: int
    compressed: int


def fingerprint(root: Path = suite.ROOT) -> str:
    """Return a short hash of what decides the sizes."""
    texts = [(root / "deploy" / "image" / name).read_bytes() for name in MEASURED_FROM]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]


def packages(image: layout.Image) -> Iterator[Package]:
    """Measure every distribution of an image."""
    for base, folder in zip(suite.BASES, image.package_folders, strict=False):
        for found in metadata.distributions(path=[str(folder)]):
            tops = {file.parts[0] for file in found.files or [] if file.parts[0] not in {"..", "__pycache__"}}
            paths = [folder / top for top in sorted(tops) if (folder / top).exists()]
            yield Package(found.name, base, sum(map(size, paths)), compressed_size(paths))


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files of a folder."""
    return sum(each.lstat().st_size for each in [path, *path.rglob("*")] if each.is_file())


def compressed_size(paths: list[Path]) -> int:
    """Return the bytes of a gzip archive of files and folders."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=6) as archive:
        for path in paths:
            archive.add(path, arcname=path.name)
    return target.tell()


def table(found: list[Package]) -> str:
    """Return the figures as Markdown: the bases, then the packages from SHOWN_MB on, the largest first."""
    lean = [each for each in found if each.base == suite.BASES[0]]
    lines = ["| packages | base | MB | compressed MB |", "| --- | --- | ---: | ---: |"]
    pages = [each for each in found if each.base != suite.BASES[2]]
    rows = (
        ("all of `lean`", lean),
        ("all of `pages`, which has those of `lean` too", pages),
        ("all of `data`, which has those of `pages` too", found),
    )
    for name, part in rows:
        lines.append(f"| {name} | | {megabytes(part, 'raw')} | {megabytes(part, 'compressed')} |")
    large = sorted((each for each in found if each.raw >= SHOWN_MB * 1e6), key=lambda package: -package.raw)
    for each in large:
        lines += [f"| {each.name} | {each.base} | {each.raw / 1e6:.1f} | {each.compressed / 1e6:.1f} |"]
    return "\n".join(lines) + "\n"


def megabytes(found: list[Package], what: str) -> str:
    """Return the sum of ``raw`` or ``compressed`` in MB."""
    return f"{sum(getattr(each, what) for each in found) / 1e6:.1f}"


def marked(text: str) -> re.Match[str]:
    """Return the measured part of the page. ValueError when it has none."""
    found = _MARKED.search(text)
    if not found:
        raise ValueError(
            "docs/images.md has no part between <!-- measured: image-sizes … --> and <!-- end measured -->"
        )
    return found


def write(figures: str) -> None:
    """Put the figures into the page."""
    text = DOCUMENT.read_text(encoding="utf-8")
    part = marked(text)
    measured = f"{part[1]}{fingerprint()}{part[3]}{figures}{part[5]}"
    DOCUMENT.write_text(text[: part.start()] + measured + text[part.end() :], encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Lay the bases out, print the figures and, of pruned ones, write them into the page."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.image_sizes", description="Measure the packages of the bases."
    )
    parser.add_argument("folder", type=Path, nargs="?", help="where to; default: a temporary folder, removed again")
    parser.add_argument("--from-index", action="store_true", help="install with pip, as the image does")
    parser.add_argument(
        "--oci-sdk",
        choices=("pruned", "full"),
        default="pruned",
        help="as the base's argument OCI_SDK: full is with all of the OCI SDK, Pillow and Arrow, and writes nothing",
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="image-") as temporary:
        Path(temporary).chmod(0o755)  # a function's own RUN is carried out as user 1000
        root = (options.folder or Path(temporary) / "root").resolve()
        build_args = {"OCI_SDK": options.oci_sdk}
        figures = table(list(packages(layout.build_bases(root, build_args, from_index=options.from_index)["data"])))
    print(figures, end="")
    if options.oci_sdk == "pruned":
        write(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
