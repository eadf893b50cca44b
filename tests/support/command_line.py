"""The command `oci-functions` in tests: its commands, what parses, and runs of it as a process."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click

from ops.cli.main import root

if TYPE_CHECKING:
    from collections.abc import Iterator

PROCESS = [sys.executable, "-m", "ops.cli.main"]


def commands(group: click.Group | None = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group as its words after `oci-functions`; the first has none."""
    group = group or root()
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        made = group.get_command(context, name)
        if isinstance(made, click.Group):
            yield from commands(made, (*path, name))
        else:
            yield (*path, name)


def parse(words: list[str]) -> None:
    """Parse the words after `oci-functions` and run nothing; the name of a group alone is fine. Raises UsageError."""
    command: click.Command = root()
    context = click.Context(command)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, parent=context, info_name=name)
    if not isinstance(command, click.Group) and "--help" not in words:
        command.make_context(context.info_name, words, parent=context.parent)


def words_of(line: str) -> list[str]:
    """The words after `oci-functions` of a line for a shell, which may begin with settings; none without it.

    A placeholder such as `<function OCID>` is one word.
    """
    words = shlex.split(re.sub(r"<[^<>]*>", "placeholder", line))
    programs = [at for at, word in enumerate(words) if word.rpartition("/")[2] == "oci-functions"]
    return words[programs[0] + 1 :] if programs else []


def run(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    return subprocess.run([*PROCESS, *words], capture_output=True, text=True, check=False, timeout=60, **options)
