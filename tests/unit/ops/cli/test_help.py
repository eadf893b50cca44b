"""Every command of `oci-functions` says what it does, with an example that parses, and loads nothing to say it."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from ops.cli.main import root
from tests.support.command_line import commands, parse, words_of

ALL = list(commands())
LISTS_MODULES = """
import json, sys
from ops.cli.main import root
root().main(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted(sys.modules)))
"""


def loaded(*words: str) -> set[str]:
    """The modules that a process has loaded after it printed a help."""
    command = [sys.executable, "-c", LISTS_MODULES, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_commands_are_those_of_the_documents() -> None:
    assert [" ".join(path) for path in ALL] == [
        "",
        *(
            "billing",
            "billing sample",
            "billing load",
            "billing report",
            "billing page",
            "billing query",
            "billing export",
            "billing adopt",
            "billing preflight",
        ),
        *(
            "autoscaler",
            "autoscaler explain",
            "autoscaler history",
            "autoscaler metrics",
            "autoscaler nodes",
            "autoscaler page",
            "autoscaler preflight",
        ),
        *("oke", "oke cluster", "oke cluster create", "oke cluster delete"),
        *("oke node-pool", "oke node-pool get", "oke kubeconfig", "oke token"),
        *(
            "badge",
            "badge render",
            "badge cards",
            "badge cards list",
            "badge cards add",
            "badge cards remove",
            "badge cards import",
            "badge cards export",
            "badge cards claim",
            "badge page",
        ),
        *("context", "invoke", "preflight"),
        *("cloud", "cloud serve", "cloud cluster", "cloud press", "cloud deploy"),
    ]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_help_with_an_example_that_parses(path: tuple[str, ...]) -> None:
    for option in ("--help", "-h"):
        done = CliRunner().invoke(root(), [*path, option], prog_name="oci-functions")
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.startswith(" ".join(["Usage: oci-functions", *path]))
    example = done.stdout.partition("Example:\n")[2].strip()
    words = words_of(example)
    assert words[: len(path)] == list(path)
    parse(words)


@pytest.mark.parametrize("words", [(), ("billing",), ("autoscaler",), ("cloud",), ("badge",)], ids=str)
def test_help_of_a_group_loads_neither_another_group_nor_a_function_nor_an_sdk(words: tuple[str, ...]) -> None:
    modules = loaded(*words, "--help")
    heavy = {"oci", "duckdb", "PIL", "aiohttp", "fdk", "pyarrow", "functions", "emulator", "tools"}
    assert heavy & modules == set()
    groups = {name for name in modules if name.startswith("ops.cli.")} - {"ops.cli.main", "ops.cli.lazy_group"}
    assert groups == {f"ops.cli.{word}" for word in words}


@pytest.mark.parametrize("path", [path for path in ALL if path], ids=" ".join)
def test_help_of_a_command_loads_neither_the_sdk_nor_a_database(path: tuple[str, ...]) -> None:
    assert {"oci", "duckdb", "PIL", "oracledb", "pyarrow"} & loaded(*path, "--help") == set()


def test_a_group_completes_its_commands_without_making_them() -> None:
    group = root()
    found = group.shell_complete(click.Context(group), "c")
    assert [each.value for each in found] == ["context", "cloud"]
    assert all(each.help for each in found)
    assert not any(name.startswith("emulator") for name in loaded("cloud", "--help"))


def test_a_shell_completes_the_values_of_an_option() -> None:
    words = "oci-functions cloud cluster --rule o"
    asked = {"_OCI_FUNCTIONS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "4"}
    done = CliRunner(env=asked).invoke(root(), [], prog_name="oci-functions")
    assert done.output == "plain,original\n"
