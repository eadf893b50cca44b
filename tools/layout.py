"""The images as folders: what the Dockerfiles would build, made without Docker.

The instructions of Dockerfile.base and of a function's Dockerfile are carried out one by one below a folder that
stands for ``/``: COPY with the context's .dockerignore, RUN with the commands as they are (paths moved below the
folder), ENV, USER, ENTRYPOINT. Two things differ: Python comes from this machine, as a virtual environment at
``usr/local``, and ``pip install`` copies the named distributions from this environment, whose versions must be those of
the requirements file, unless ``from_index`` asks for the real command.

``python -m tools.layout [FOLDER]`` lays out the base and all functions and prints what takes the room.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from tools import suite
from tools.dockerignore import Ignored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FUNCTION_UID = 1000
_PLACE = re.compile(r"(?<![\w.])/(function|etc)\b")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass
class Image:
    """An image as a folder: ``root`` stands for ``/``; the rest is what the last instructions said."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    user: str = "0"
    from_index: bool = False

    def place(self, path: str) -> Path:
        """Return where an absolute path of the image is."""
        return self.root / path.lstrip("/")

    @property
    def python(self) -> Path:
        """Return the image's interpreter."""
        return self.root / "usr" / "local" / "bin" / "python3"

    @property
    def site_packages(self) -> Path:
        """Return where its packages are installed."""
        return next(self.root.glob("usr/local/lib/python3*/site-packages"))

    def command(self) -> list[str]:
        """Return the entry point with its paths below ``root``."""
        first, *rest = self.entrypoint
        return [str(self.python.parent / first), *(self.moved(word) for word in rest)]

    def process_environment(self) -> dict[str, str]:
        """Return ENV with its paths below ``root``, and where a copied interpreter finds its own library."""
        library = {"LD_LIBRARY_PATH": str(self.root / "usr" / "python" / "lib")}
        return {**library, **{name: self.moved(value) for name, value in self.environment.items()}}

    def moved(self, text: str) -> str:
        """Return a text with the image's own paths below ``root``."""
        return _PLACE.sub(rf"{self.root}/\1", text)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Return the instructions of a Dockerfile as (word, rest); comments left out, continued lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        yield word.upper(), " ".join(rest.split()) if word.upper() != "RUN" else rest.strip()


def build(image: Image, dockerfile: Path, context: Path, build_args: Mapping[str, str]) -> Image:
    """Carry a Dockerfile out on ``image``, which holds what its FROM names. ValueError for what is not known here."""
    arguments: dict[str, str] = {}
    ignored = Ignored.of(context)
    for word, rest in instructions(dockerfile.read_text(encoding="utf-8")):
        text = _substituted(rest, {**image.environment, **arguments}) if word != "RUN" else rest
        match word:
            case "ARG":
                name, _, default = text.partition("=")
                arguments[name] = build_args.get(name, default)
            case "COPY":
                _copy(image, context, ignored, shlex.split(text))
            case "RUN":
                _run(image, text, {**image.environment, **arguments})
            case "ENV" | "LABEL":
                values = dict(pair.split("=", 1) for pair in shlex.split(text))
                (image.environment if word == "ENV" else image.labels).update(values)
            case "USER":
                image.user = text
            case "ENTRYPOINT":
                image.entrypoint = list(re.findall(r'"([^"]*)"', text))
            case "FROM" | "WORKDIR":
                pass
            case _:
                raise ValueError(f"{dockerfile.name}: {word} is not known here")
    return image


def _substituted(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text)


def _copy(image: Image, context: Path, ignored: Ignored, words: list[str]) -> None:
    owner = next((word.partition("=")[2] for word in words if word.startswith("--chown=")), "0:0")
    *sources, target = [word for word in words if not word.startswith("--")]
    to_folder = target.endswith("/") or len(sources) > 1
    for source in sources:
        # As COPY does: of a folder its contents are copied, not the folder itself.
        origin = (context / source).resolve()
        destination = image.place(target)
        if origin.is_file() and to_folder:
            destination /= origin.name
        for path in [origin] if origin.is_file() else sorted(origin.rglob("*")):
            if path.is_file() and not ignored.matches(path.relative_to(context)):
                _copy_file(path, destination / path.relative_to(origin) if path != origin else destination, owner)


def _copy_file(source: Path, target: Path, owner: str) -> None:
    # COPY --chown owns the folders that it makes, and leaves those alone that are there.
    missing = [folder for folder in target.parents if not folder.exists()]
    if missing:
        _writable(missing[-1].parent)
    else:
        _writable(target.parent)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    if os.geteuid() == 0:
        user, group = (int(part) for part in owner.split(":"))
        for path in [*missing, target]:
            os.chown(path, user, group)


def _writable(folder: Path) -> None:
    """Give the owner the write bit that was taken: Docker copies as root, another user needs it."""
    if os.geteuid() != 0:
        folder.chmod(folder.stat().st_mode | 0o200)


def _run(image: Image, text: str, environment: Mapping[str, str]) -> None:
    for command in (part.strip() for part in text.split("&&")):
        if command.startswith("python3 -m pip install") and not image.from_index:
            _install(image, Path(image.moved(command.split("--requirement")[1].split()[0])), environment)
        elif command.startswith("python3 -m pip uninstall") and not image.from_index:
            continue  # the virtual environment was made without them
        else:
            _shell(image, image.moved(command), environment)


def _shell(image: Image, command: str, environment: Mapping[str, str]) -> None:
    path = f"{image.python.parent}{os.pathsep}{os.environ['PATH']}"
    user = int(image.user) if os.geteuid() == 0 else None
    environment = {**environment, **image.process_environment(), "PATH": path}
    subprocess.run(["/bin/sh", "-euc", command], env=environment, check=True, user=user)  # noqa: S603


def _install(image: Image, requirements: Path, environment: Mapping[str, str]) -> None:
    """Copy the distributions that the requirements name; ValueError when this environment has another version.

    The SDK's 9,000 sources are linked where the next step takes them away again: they are never changed.
    """
    linked = "oci/" if environment.get("OCI_SDK") == "pruned" else "-"
    for name, version in _PINNED.findall(requirements.read_text(encoding="utf-8")):
        distribution = metadata.distribution(name)
        if distribution.version != version:
            raise ValueError(f"{name}: {version} is required, {distribution.version} is installed")
        for file in distribution.files or []:
            source = Path(str(distribution.locate_file(file)))
            if file.suffix != ".pyc" and source.exists():
                put = _link if str(file).startswith(linked) and file.suffix == ".py" else shutil.copy2
                _put_distribution_file(image, source, file, put)


def _link(source: Path | str, target: Path | str) -> None:
    """Link files that nothing changes afterwards: hard links cost a tenth of copies."""
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _put_distribution_file(
    image: Image, source: Path, file: metadata.PackagePath, put: Callable[[Path, Path], object]
) -> None:
    if file.parts[0] != "..":
        target = image.site_packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        put(source, target)
    elif "bin" in file.parts:  # a command, which names its interpreter in the first line
        target = image.python.parent / file.name
        lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
        target.write_text("".join([f"#!{image.python}\n", *lines[1:]]), encoding="utf-8")
        target.chmod(0o755)


def start(root: Path, *, from_index: bool = False) -> Image:
    """Make an image with Python alone, for ``build`` to go on with."""
    for folder in ("etc", "function"):
        (root / folder).mkdir(parents=True)
    base = Path(sys.base_prefix)
    if not _open_to_all(base):
        base = _copied_python(base, root / "usr" / "python")
    without_pip = [] if from_index else ["--without-pip"]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(base / "bin" / version), "-m", "venv", *without_pip, str(root / "usr" / "local")]
    subprocess.run(command, check=True)  # noqa: S603
    return Image(root=root, from_index=from_index)


def _open_to_all(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o005 == 0o005 for each in [folder, *folder.parents])


def _copied_python(base: Path, target: Path) -> Path:
    """Return the interpreter and its library, for a Python installed below a home folder."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    left_out = shutil.ignore_patterns("test", "tests", "site-packages", "idlelib", "tkinter", "turtledemo", "*.a")
    library = base / "lib" / version
    shutil.copytree(library, target / "lib" / version, ignore=left_out, symlinks=True, copy_function=_link)
    (target / "bin").mkdir()
    shutil.copy2(base / "bin" / version, target / "bin" / version)
    for shared in (base / "lib").glob("libpython*"):
        shutil.copy2(shared, target / "lib" / shared.name)
    return target


def build_base(root: Path, build_args: Mapping[str, str], *, from_index: bool = False) -> Image:
    """Make Dockerfile.base's image as a folder."""
    return build(start(root, from_index=from_index), suite.ROOT / "Dockerfile.base", suite.ROOT, build_args)


def build_function(base: Image, folder: str) -> Image:
    """Lay a function's image into the base's folder (functions do not overlap)."""
    image = Image(base.root, dict(base.environment), dict(base.labels), user=base.user)
    context = suite.ROOT / "functions" / folder
    return build(image, context / "Dockerfile", context, {})


def sizes(folder: Path) -> dict[str, int]:
    """Return bytes of each entry of a folder, the largest first."""
    found = {
        entry.name: sum(path.lstat().st_size for path in [entry, *entry.rglob("*")] if path.is_file())
        for entry in folder.iterdir()
    }
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def main(arguments: list[str]) -> int:
    """Lay everything out and print the sizes."""
    parser = argparse.ArgumentParser(prog="python -m tools.layout", description="Lay the images out as a folder.")
    parser.add_argument("folder", type=Path, nargs="?", help="default: a temporary one, removed again")
    parser.add_argument("--from-index", action="store_true", help="install with pip, as the image does")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args(arguments)
    build_args = dict(each.split("=", 1) for each in options.build_arg)
    with tempfile.TemporaryDirectory(prefix="image-") as temporary:
        Path(temporary).chmod(0o755)  # a function's own RUN is carried out as user 1000
        root = options.folder or Path(temporary) / "root"
        print_sizes(build_base(root.resolve(), build_args, from_index=options.from_index))
    return 0


def print_sizes(base: Image) -> None:
    """Lay the functions out on a base and print the largest packages."""
    for entry in suite.read().present():
        build_function(base, entry.folder)
    found = sizes(base.site_packages)
    for name, size in list(found.items())[:15]:
        print(f"{size / 1e6:8.1f} MB  {name}")
    print(f"{sum(found.values()) / 1e6:8.1f} MB  all Python packages, byte-compiled files included")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
