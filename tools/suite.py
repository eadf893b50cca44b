"""func-common.yaml as typed values, checked by the rules of the fn CLI and of OCI Functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
MEMORY_SIZES_MB = (128, 256, 512, 1024, 2048, 3072)
"""Of OCI Functions: https://docs.oracle.com/en-us/iaas/Content/Functions/Tasks/functionscustomizing.htm"""

TIMEOUT_SECONDS = 300
"""Of a synchronous call at most; fnserver refuses 301."""

CONFIG_BYTES = 4096
"""Of all keys and values of one function, the app's included."""

BASES = ("lean", "pages", "data")
"""Stages of Dockerfile.base that a function can start from, each on top of the one before."""

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,254}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True)
class FunctionEntry:
    """One function: its folder below functions/, Fn name, base, MB, seconds, own config, triggers (name to source)."""

    folder: str
    name: str
    base: str
    memory_mb: int
    timeout_seconds: int
    config: Mapping[str, str]
    triggers: Mapping[str, str]


@dataclass(frozen=True)
class Suite:
    """The whole file; ``functions`` in the order of their folders."""

    app: str
    version: str
    runtime: str
    base_image: str
    content_type: str
    config: Mapping[str, str]
    functions: tuple[FunctionEntry, ...]

    def present(self, root: Path = ROOT) -> list[FunctionEntry]:
        """Return the functions that this tree has a folder of. Raises ValueError for a folder without an entry."""
        folders = {path.parent.name for path in (root / "functions").glob("*/func.py")}
        unknown = folders - {entry.folder for entry in self.functions}
        if unknown:
            raise ValueError(f"func-common.yaml has no entry of functions/{', functions/'.join(sorted(unknown))}")
        return [entry for entry in self.functions if entry.folder in folders]


def read(path: Path = ROOT / "func-common.yaml") -> Suite:
    """Read and check the file. Raises ValueError with every fault, one a line."""
    suite = _suite(yaml.safe_load(path.read_text(encoding="utf-8")))
    faults = list(_faults(suite))
    if faults:
        raise ValueError(f"{path.name}:\n" + "\n".join(faults))
    return suite


def _suite(document: Mapping[str, Any]) -> Suite:
    entries = [
        FunctionEntry(
            folder=folder,
            name=str(entry["name"]),
            base=str(entry.get("base", BASES[0])),
            memory_mb=int(entry["memory"]),
            timeout_seconds=int(entry["timeout"]),
            config=_texts(entry.get("config") or {}),
            triggers={str(each["name"]): str(each["source"]) for each in entry.get("triggers") or []},
        )
        for folder, entry in sorted(document["functions"].items())
    ]
    return Suite(
        app=str(document["app"]),
        version=str(document["version"]),
        runtime=str(document["runtime"]),
        base_image=str(document["base_image"]),
        content_type=str(document["content_type"]),
        config=_texts(document.get("config") or {}),
        functions=tuple(entries),
    )


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    """Return config as Fn has it: texts only (``true`` and numbers as YAML writes them)."""
    return {str(key): str(value).lower() if isinstance(value, bool) else str(value) for key, value in values.items()}


def _faults(suite: Suite) -> Iterator[str]:
    if suite.runtime != "docker":
        yield f"runtime: must be docker, is {suite.runtime}"
    if not _VERSION.fullmatch(suite.version):
        yield f"version: must be like 1.2.3, is {suite.version}"
    sources = [source for entry in suite.functions for source in entry.triggers.values()]
    for source in sorted({source for source in sources if sources.count(source) > 1}):
        yield f"trigger source {source}: given twice"
    for entry in suite.functions:
        yield from (f"functions.{entry.folder}.{fault}" for fault in _entry_faults(suite, entry))


def _entry_faults(suite: Suite, entry: FunctionEntry) -> Iterator[str]:
    if not _NAME.fullmatch(entry.name):
        yield f"name: must be lower-case words joined by -, is {entry.name}"
    if entry.base not in BASES:
        yield f"base: must be one of {BASES}, is {entry.base}"
    if entry.memory_mb not in MEMORY_SIZES_MB:
        yield f"memory: must be one of {MEMORY_SIZES_MB}, is {entry.memory_mb}"
    if not 0 < entry.timeout_seconds <= TIMEOUT_SECONDS:
        yield f"timeout: must be 1 to {TIMEOUT_SECONDS}, is {entry.timeout_seconds}"
    for name, source in entry.triggers.items():
        if not source.startswith("/"):
            yield f"triggers.{name}.source: must begin with /, is {source}"
    yield from _config_faults(suite, entry)


def _config_faults(suite: Suite, entry: FunctionEntry) -> Iterator[str]:
    config = {**suite.config, **entry.config}
    for key, value in config.items():
        if not _KEY.fullmatch(key):
            yield f"config.{key}: a key has letters, digits and _, and does not begin with a digit"
        if not value:
            yield f"config.{key}: an empty value would delete the key on the server"
    size = sum(len(key.encode()) + len(value.encode()) for key, value in config.items())
    if size > CONFIG_BYTES:
        yield f"config: {size} bytes, at most {CONFIG_BYTES}"
