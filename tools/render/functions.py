"""func.yaml, Dockerfile and .dockerignore of every function folder, and functions/app.yaml, from func-common.yaml."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import yaml

from shared.settings import describe_settings
from tools.suite import BASES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.suite import FunctionEntry, Suite

SCHEMA_VERSION = 20180708
RUNTIME_UID = 1000
"""The user that a function runs as, here as on OCI; Dockerfile.base makes it."""
HEADER = "# Rendered from func-common.yaml by `make func-yaml`: edit that file, not this one.\n"
COMMIT = "$(git describe --always --dirty --exclude='*' 2>/dev/null || echo unknown)"
"""The commit, with -dirty where a file differs from it: then the name tells too little to build the image again."""

IGNORED = ("**/__pycache__", "**/*.pyc", "**/.*", "func.yaml", "Dockerfile", "README.md")
"""What the image does not need: caches, editors' files, and what the fn CLI and Docker read."""


def files(suite: Suite, root: Path) -> Iterator[tuple[Path, str]]:
    """Return the generated files below functions/."""
    yield root / "functions" / "app.yaml", app_yaml(suite)
    for entry in suite.present(root):
        folder = root / "functions" / entry.folder
        yield folder / "func.yaml", func_yaml(suite, entry)
        yield folder / "Dockerfile", dockerfile(suite, entry)
        yield folder / ".dockerignore", "# Read because the build context is this folder.\n" + "\n".join(IGNORED) + "\n"


def app_yaml(suite: Suite) -> str:
    """Return functions/app.yaml: the app's name and config, for `fn deploy --all` in functions/."""
    values: dict[str, object] = {"name": suite.app}
    if suite.config:
        values["config"] = dict(suite.config)
    return HEADER + _yaml(values)


def func_yaml(suite: Suite, entry: FunctionEntry) -> str:
    """Return one func.yaml; triggers come last, so that they can be cut off for OCI, which has none."""
    values: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "name": entry.name,
        "version": suite.version,
        "runtime": suite.runtime,
        "content_type": suite.content_type,
        "memory": entry.memory_mb,
        "timeout": entry.timeout_seconds,
        "build": [build_base(suite, entry)],
    }
    if entry.config:
        values["config"] = dict(entry.config)
    if entry.triggers:
        values["triggers"] = [
            {"name": name, "type": "http", "source": source} for name, source in entry.triggers.items()
        ]
    return HEADER + _config_comment(suite, entry) + _yaml(values)


def tag_suffix(entry: FunctionEntry) -> str:
    """Return what the tag of a function's base has after the version: nothing for the lean one."""
    return "" if entry.base == BASES[0] else f"-{entry.base}"


def build_base(suite: Suite, entry: FunctionEntry) -> str:
    """Return the command that makes the base image, run by the fn CLI in the function's folder before its own build.

    $BASE_BUILD_ARGS, from the caller's environment, are further arguments: without them a base that was made with
    others would be replaced.
    """
    return (
        f"docker build --file ../../Dockerfile.base --target {entry.base}"
        f" --tag {suite.base_image}:{suite.version}{tag_suffix(entry)}"
        f" --build-arg SUITE_VERSION={suite.version} --build-arg SUITE_COMMIT={COMMIT} $BASE_BUILD_ARGS ../.."
    )


def dockerfile(suite: Suite, entry: FunctionEntry) -> str:
    """Return a function's Dockerfile: its own modules on top of the base, readable and byte-compiled.

    The code belongs to root: the user that the function runs as could give itself back the write bits of its own files.
    BASE_IMAGE names the lean base for all functions, because `fn deploy --all` gives all of them one build argument.
    """
    place = f"/function/functions/{entry.folder}"
    return (
        f"ARG BASE_IMAGE={suite.base_image}:{suite.version}\n"
        f"FROM ${{BASE_IMAGE}}{tag_suffix(entry)}\n"
        "USER 0\n"
        f"COPY . {place}/\n"
        f"RUN python3 /function/seal.py {place}\n"
        f"USER {RUNTIME_UID}\n"
        f'ENTRYPOINT ["fdk", "{place}/func.py", "handler"]\n'
    )


def _config_comment(suite: Suite, entry: FunctionEntry) -> str:
    keys = [
        row.name for row in describe_settings(importlib.import_module(f"functions.{entry.folder}.settings").Settings)
    ]
    lines = [f"# Config keys, explained in docs/{entry.name}.md:"]
    for key in keys:
        if len(lines[-1]) + len(key) > 110:
            lines.append("#")
        lines[-1] += f" {key}"
    return "\n".join(lines) + f"\n# Set them with: fn config function {suite.app} {entry.name} <key> <value>\n"


def _yaml(values: dict[str, object]) -> str:
    return yaml.safe_dump(values, sort_keys=False, width=1000, default_flow_style=False)
