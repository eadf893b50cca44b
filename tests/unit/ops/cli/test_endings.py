"""How `oci-functions` ends: its exit status, what goes to which stream, and no traceback for what people do to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from click.testing import CliRunner

from ops.cli.main import INTERRUPTED, READER_GONE, root
from tests.support.command_line import PROCESS, run

ROOT = Path(__file__).parents[4]
SNAPSHOT = str(ROOT / "docs" / "examples" / "decision.json")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bilinng"], "Did you mean 'billing'?"),
        (["billing", "lod"], "Did you mean 'load'?"),
        (["billing", "load"], "Missing option '--reports'"),
        (["billing", "report", "--warehouse", "w", "--ou", "x"], "No such option '--ou'"),
        (["autoscaler", "explain"], "one of the arguments --snapshot --live is required"),
        (["autoscaler", "explain", "--live", "--snapshot", "x"], "argument --live: not allowed with"),
        (["badge", "render", "--name", "Joan"], "nothing to write"),
        (["context", "--header", "no colon"], "--header: 'no colon' has no ':' after a name"),
        (["invoke"], "Missing argument 'FUNCTION'"),
        (["invoke", "x", "--auth", "nobody"], "'nobody' is not one of"),
        (["preflight"], "Missing option '--compartment'"),
        (["cloud", "serve", "--port", "many"], "'many' is not a valid integer"),
    ],
)
def test_wrong_arguments_end_with_2_and_a_message_on_stderr(words: list[str], says: str) -> None:
    done = CliRunner().invoke(root(), words, prog_name="oci-functions")
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr
    assert "--help' for help" in done.stderr


def test_the_answer_goes_to_stdout_and_the_log_to_stderr() -> None:
    done = run("context", "--header", "X-Device-Id: 7", "--config", "greeting=Hi", "--config", "db_pass=secret")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["Message"], answer["request"]["x-device-id"]) == (0, "Hi World", "7")
    assert answer["ctx.Config"]["db_pass"] == "(text, 6 characters)"
    assert json.loads(done.stderr)["outcome"] == "ok"


def test_an_error_of_the_function_ends_with_1() -> None:
    done = run("context", "--body", "[1]")
    assert (done.returncode, json.loads(done.stdout)["error"]["reason"]) == (1, "bad-request")


@pytest.mark.parametrize(
    "words",
    [["--help"], ["billing", "load", "--help"], ["context"], ["autoscaler", "explain", "--snapshot", SNAPSHOT]],
    ids=" ".join,
)
def test_a_reader_that_is_gone_ends_it_without_a_traceback(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([*PROCESS, *words], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60)  # noqa: S603
    finally:
        os.close(writer)
    assert done.returncode == READER_GONE == 141
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_ctrl_c_ends_it_without_a_traceback() -> None:
    command = [*PROCESS, "autoscaler", "explain", "--snapshot", "-"]
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  (a shell's `&` ignores it)
    )
    assert process.stdin is not None
    process.stdin.write(b" " * 500_000)  # more than a pipe holds: once it is written, the command reads
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (INTERRUPTED, b"", b"\n")
    assert INTERRUPTED == 130


def test_a_terminal_gets_colours_and_nothing_else_does() -> None:
    words = ["preflight", "--compartment", "ocid1.compartment.oc1..a", "--config-file", "/no/such/file"]
    plain = CliRunner().invoke(root(), words)
    terminal = CliRunner().invoke(root(), words, color=True)
    refused = CliRunner(env={"NO_COLOR": "1"}).invoke(root(), words, color=True)
    assert plain.stdout.startswith("FAILED  credentials     identity")
    assert terminal.stdout == plain.stdout.replace("FAILED ", "\x1b[31mFAILED\x1b[0m ", 1)
    assert refused.stdout == plain.stdout
    assert plain.exit_code == terminal.exit_code == 1


def test_a_wheel_without_the_local_cloud_says_what_it_needs(tmp_path: Path) -> None:
    for name in ("functions", "shared", "ops"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    packages = sysconfig.get_path("purelib")  # without its .pth files (-S), which lead to the checkout
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {packages!r}]; from ops.cli.main import main; main()"
    for words in (["cloud", "serve"], ["cloud", "cluster", "--help"], ["cloud", "deploy"]):
        command = [sys.executable, "-S", "-c", code, *words]
        done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)  # noqa: S603
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "Error: the local cloud needs the checkout: run `make` there, which installs it\n"
