"""Python in a laid-out image: its interpreter, and the installed distributions in the place of pip's downloads."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def install(root: Path, requirements: Path, packages: Path, *, pruned: bool) -> None:
    """Copy the distributions that the requirements name; ValueError when this environment has another version.

    The SDK's 9,000 sources are linked where the next step takes them away again: they are never changed.
    """
    linked = "oci/" if pruned else "-"
    for name, version in _PINNED.findall(requirements.read_text(encoding="utf-8")):
        distribution = metadata.distribution(name)
        if distribution.version != version:
            raise ValueError(f"{name}: {version} is required, {distribution.version} is installed")
        for file in distribution.files or []:
            source = Path(str(distribution.locate_file(file)))
            if file.suffix != ".pyc" and source.exists():
                put = link if str(file).startswith(linked) and file.suffix == ".py" else shutil.copy2
                _put_distribution_file(root, packages, source, file, put)


def link(source: Path | str, target: Path | str) -> None:
    """Link files that nothing changes afterwards: hard links cost a tenth of copies."""
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _put_distribution_file(
    root: Path, packages: Path, source: Path, file: metadata.PackagePath, put: Callable[[Path, Path], object]
) -> None:
    if file.parts[0] != "..":
        target = packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        put(source, target)
    elif "bin" in file.parts:  # a command, which names its interpreter in the first line
        target = root / "usr" / "local" / "bin" / file.name
        lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
        target.write_text("".join([f"#!{target.parent / 'python3'}\n", *lines[1:]]), encoding="utf-8")
        target.chmod(0o755)


def make_environment(root: Path, *, with_pip: bool) -> None:
    """Make a virtual environment at ``usr/local`` with a copied Python, whose library an image may compile."""
    base = _copied_python(Path(sys.base_prefix), root / "usr" / "python")
    without_pip = [] if with_pip else ["--without-pip"]
    command = [str(base / "bin" / PYTHON), "-m", "venv", *without_pip, str(root / "usr" / "local")]
    subprocess.run(command, check=True)  # noqa: S603


def _copied_python(base: Path, target: Path) -> Path:
    """Return a copy of the interpreter and its library, without what the official slim image is without."""
    left_out = ("__pycache__", "test", "tests", "site-packages", "idlelib", "tkinter", "turtledemo", "*.a")
    library = base / "lib" / PYTHON
    shutil.copytree(library, target / "lib" / PYTHON, ignore=shutil.ignore_patterns(*left_out), symlinks=True)
    (target / "bin").mkdir()
    shutil.copy2(base / "bin" / PYTHON, target / "bin" / PYTHON)
    for shared in (base / "lib").glob("libpython*"):
        shutil.copy2(shared, target / "lib" / shared.name)
    return target


def fork(old: Path, new: Path) -> None:
    """Copy an image's folder by links; what names the old folder, links and commands, names the new one."""
    shutil.copytree(old, new, symlinks=True, copy_function=link)
    for path in new.rglob("*"):
        if path.is_symlink() and path.readlink().is_relative_to(old):
            moved = new / path.readlink().relative_to(old)
            path.unlink()
            path.symlink_to(moved)
    local = new / "usr" / "local"
    for path in [local / "pyvenv.cfg", *(local / "bin").iterdir()]:
        if not path.is_symlink():
            _move_text(path, str(old), str(new))


def _move_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8").replace(old, new)
    mode = path.stat().st_mode
    path.unlink()  # it is a link: the other image keeps its text
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
