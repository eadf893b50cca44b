"""The images as folders: what the Dockerfiles would build, made without Docker.

The instructions of Dockerfile.base and of a function's Dockerfile are carried out one by one below a folder that
stands for ``/``, one folder a stage: COPY with the context's .dockerignore, RUN with the commands as they are (paths
moved below the folder), ENV, USER, ENTRYPOINT. Two things differ: Python comes from this machine, as a virtual
environment at ``usr/local``, and ``pip install`` copies the named distributions from this environment, whose versions
must be those of the requirements file, unless ``from_index`` asks for the real command.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tools import layout_python, suite
from tools.dockerignore import Ignored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FUNCTION_UID = 1000
_PLACE = re.compile(r"(?<![\w.])/(function|etc)\b")


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

    @property
    def package_folders(self) -> list[Path]:
        """Return the folders that packages are installed in."""
        added = [self.place(path) for path in ("/function/packages", "/function/data-packages")]
        return [self.site_packages, *(folder for folder in added if folder.is_dir())]

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


def build(start: Image, dockerfile: Path, context: Path, build_args: Mapping[str, str]) -> dict[str, Image]:
    """Carry a Dockerfile out and return its stages by name. ValueError for what is not known here.

    A FROM that names no stage before it means ``start``. A stage with a name is a folder of its own, beside that of
    ``start``; one without goes on in it.
    """
    stages: dict[str, Image] = {}
    image = start
    given: dict[str, str] = {}
    arguments: dict[str, str] = {}
    ignored = Ignored.of(context)
    for word, rest in instructions(dockerfile.read_text(encoding="utf-8")):
        if word == "FROM":
            if not stages:
                given = arguments  # what is declared before the first FROM is known to FROM alone
            arguments = {}
            parent, _, name = _substituted(rest, given).partition(" AS ")
            image = stages[name] = _next_stage(stages.get(parent, start), name)
        elif word == "ARG":
            name, _, default = _substituted(rest, {**image.environment, **arguments}).partition("=")
            arguments[name] = build_args.get(name, default)
        elif word == "COPY" and (copied := re.match(r"--from=(\S+) (\S+) (\S+)$", rest)):
            _copy_from(stages[copied[1]].place(copied[2]), image.place(copied[3]))
        else:
            _carry_out(image, word, rest, _Place(context, ignored, arguments, dockerfile.name))
    return stages


def _next_stage(parent: Image, name: str) -> Image:
    root = parent.root.parent / name if name else parent.root
    if name:
        layout_python.fork(parent.root, root)
    return replace(parent, root=root, environment=dict(parent.environment), labels=dict(parent.labels))


@dataclass(frozen=True)
class _Place:
    """Where an instruction is carried out: its context, what that leaves out, the arguments, the Dockerfile's name."""

    context: Path
    ignored: Ignored
    arguments: Mapping[str, str]
    dockerfile: str


def _carry_out(image: Image, word: str, rest: str, place: _Place) -> None:
    values = {**image.environment, **place.arguments}
    text = _substituted(rest, values) if word != "RUN" else rest
    match word:
        case "COPY":
            _copy(image, place.context, place.ignored, shlex.split(text))
        case "RUN":
            _run(image, text, values)
        case "ENV" | "LABEL":
            pairs = dict(pair.split("=", 1) for pair in shlex.split(text))
            (image.environment if word == "ENV" else image.labels).update(pairs)
        case "USER":
            image.user = text
        case "ENTRYPOINT":
            image.entrypoint = list(re.findall(r'"([^"]*)"', text))
        case "WORKDIR":
            pass
        case _:
            raise ValueError(f"{place.dockerfile}: {word} is not known here")


def _substituted(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text)


def _copy_from(source: Path, target: Path) -> None:
    _writable(target.parent)
    shutil.copytree(source, target, copy_function=layout_python.link)


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
    """Carry the commands out in one shell; pip's, which come first, in their own way."""
    commands = [part.strip() for part in text.split("&&")]
    if not image.from_index:
        for command in [each for each in commands if each.startswith("python3 -m pip install")]:
            options = dict(itertools.pairwise(image.moved(command).split()))
            packages = Path(options["--target"]) if "--target" in options else image.site_packages
            pruned = environment.get("OCI_SDK") == "pruned"
            layout_python.install(image.root, Path(options["--requirement"]), packages, pruned=pruned)
        commands = [each for each in commands if not each.startswith("python3 -m pip ")]
    _shell(image, image.moved(" && ".join(commands)), environment)


def _shell(image: Image, command: str, environment: Mapping[str, str]) -> None:
    path = f"{image.python.parent}{os.pathsep}{os.environ['PATH']}"
    user = int(image.user) if os.geteuid() == 0 else None
    environment = {**environment, **image.process_environment(), "PATH": path}
    subprocess.run(["/bin/sh", "-euc", command], env=environment, check=True, user=user)  # noqa: S603


def build_bases(root: Path, build_args: Mapping[str, str], *, from_index: bool = False) -> dict[str, Image]:
    """Make the stages of Dockerfile.base as folders below ``root``."""
    root.mkdir(exist_ok=True)
    for folder in ("etc", "function"):
        (root / "python" / folder).mkdir(parents=True)
    layout_python.make_environment(root / "python", with_pip=from_index)
    image = Image(root=root / "python", from_index=from_index)
    return build(image, suite.ROOT / "Dockerfile.base", suite.ROOT, build_args)


def build_function(base: Image, folder: str) -> Image:
    """Lay a function's image into the base's folder (functions do not overlap)."""
    context = suite.ROOT / "functions" / folder
    return build(base, context / "Dockerfile", context, {})[""]
