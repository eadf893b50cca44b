"""What a newcomer meets first: make in any folder, the demo and its end, what is said of obstacles."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import run
from tools import image_sizes
from tools.demo.command import INTERRUPTED
from tools.suite import ROOT

FOLDERS = ("functions", "shared", "ops", "emulator", "tools", "deploy")
FILES = ("Makefile", "pyproject.toml", "uv.lock", "func-common.yaml", "README.md")
# What an outer make, the one that runs these tests, hands to its children.
OF_AN_OUTER_MAKE = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "UV_CACHE_DIR", "PIP_NO_CACHE_DIR"}


def make(*words: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make without HOME, with what is given on top."""
    kept = {name: value for name, value in os.environ.items() if name not in {"HOME", "PYTHONPATH"} | OF_AN_OUTER_MAKE}
    command = [shutil.which("make") or "make", *words]
    return subprocess.run(command, cwd=cwd, env=kept | environment, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy without git in a folder with a space and another letter; it uses this interpreter's packages."""
    folder = tmp_path / "Über uns"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs.parent / ".ready").touch()
    return folder


def test_make_installs_and_runs_in_a_folder_with_a_space_without_git_and_home(copy: Path) -> None:
    """uv is stood in for by a script that writes down what it was asked for."""
    (copy / ".venv" / ".ready").unlink()
    uv = copy / ".venv" / "bin" / "uv"
    uv.write_text('#!/bin/sh\nprintf "%s|" "$UV_PROJECT_ENVIRONMENT" "$@" > asked\n')
    uv.chmod(0o755)
    done = make("demo", "PART=nothing", cwd=copy)
    assert "unknown part: nothing" in done.stderr
    asked = (copy / "asked").read_text().split("|")
    assert asked[:4] == [".venv", "sync", "--locked", "--inexact"]
    assert "--all-groups" not in asked
    assert (copy / ".venv" / ".ready-to-run").exists()
    assert make("help", cwd=copy).returncode == 0
    assert make("func-yaml", "--dry-run", cwd=copy).returncode == 0


def test_the_demo_does_not_install_again_where_everything_is_there(copy: Path) -> None:
    for name in ("pyproject.toml", "uv.lock"):
        os.utime(copy / name, (0, 0))
    assert "uv sync" not in make("demo", "--dry-run", cwd=copy).stdout
    assert "uv sync" in make("demo", "--dry-run", "--always-make", cwd=copy).stdout


def test_an_account_without_a_home_keeps_its_downloads_in_the_project(copy: Path) -> None:
    (copy / "shown.mk").write_text("include Makefile\nshown:\n\t@echo [$(UV_CACHE_DIR)]\n")
    assert make("-f", "shown.mk", "shown", cwd=copy).stdout == f"[{copy}/.venv/.cache]\n"
    assert make("-f", "shown.mk", "shown", cwd=copy, HOME=str(copy)).stdout == "[]\n"


def test_a_python_without_venv_is_told_with_the_package_that_has_it(tmp_path: Path) -> None:
    done = make(f"VENV={tmp_path}/env", "PYTHON3=false", "demo")
    assert done.returncode == 2
    assert "install its venv module (Debian, Ubuntu: apt install python3-venv), Python 3.11" in done.stderr


def test_packages_that_cannot_be_installed_are_told_with_what_to_set(tmp_path: Path) -> None:
    """The environment is made; pip, which would fetch uv, cannot run."""
    python = tmp_path / "python3"
    python.write_text(
        '#!/bin/sh\nmkdir -p "$3/bin"\nprintf "#!/bin/sh\\nexit 1\\n" > "$3/bin/python"\nchmod +x "$3/bin/python"\n'
    )
    python.chmod(0o755)
    done = make(f"VENV={tmp_path}/env", f"PYTHON3={python}", "demo")
    assert done.returncode == 2
    assert "set PIP_INDEX_URL and UV_INDEX_URL" in done.stderr
    assert not (tmp_path / "env" / ".ready-to-run").exists()


def test_make_passes_a_port_on(copy: Path) -> None:
    for target in ("serve", "deploy-local"):
        assert "--port 8280" in make(target, "PORT=8280", "--dry-run", cwd=copy).stdout


@pytest.mark.parametrize(
    ("target", "passed"),
    [("image-sizes", "--oci-sdk '{}'"), ("base-image", "--build-arg OCI_SDK='{}'")],
)
def test_make_passes_on_how_much_of_the_sdk_is_kept(copy: Path, target: str, passed: str) -> None:
    """It was ignored, and the figures of the pruned base went into the page."""
    assert passed.format("full") in make(target, "OCI_SDK=full", "--dry-run", cwd=copy).stdout
    assert "OCI_SDK=" not in make(target, "--dry-run", cwd=copy).stdout
    assert "--oci-sdk" not in make(target, "--dry-run", cwd=copy).stdout


def test_a_share_of_the_sdk_that_is_none_is_refused_with_the_choices(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        image_sizes.main(["--oci-sdk", "blah"])
    told = capsys.readouterr().err
    assert (ended.value.code, "'blah'" in told, "full" in told) == (2, True, True)


@pytest.mark.parametrize("port", ["99999", "65535", "-1"])
def test_a_port_that_is_none_is_told_with_the_bounds(port: str) -> None:
    """The functions' port is the one after, which 65535 has not."""
    done = run("cloud", "serve", "--port", port)
    assert done.returncode == 2
    assert "0 to 65535 is expected" in done.stderr
    assert "make … PORT=8280" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("name", "near"), [("nope", ""), ("brust", ", did you mean burst?")])
def test_an_unknown_scenario_is_told_with_the_list_and_the_nearest(name: str, near: str) -> None:
    done = run("cloud", "cluster", "--scenario", name)
    assert done.returncode == 2
    assert done.stderr.startswith(f"--scenario {name}: no such file or scenario{near}; there are ")
    assert "burst" in done.stderr
    assert "rrno" not in done.stderr


def test_results_that_cannot_be_written_are_told_before_the_work(tmp_path: Path) -> None:
    taken = tmp_path / "out"
    taken.touch()
    demo = [sys.executable, "-m", "tools.demo", "badge", "--out", str(taken)]
    done = subprocess.run(demo, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{taken} is a file, and results go into a folder of that name: move it\n"
    done = run("cloud", "cluster", "--scenario", "burst", "--out", str(taken))
    assert (done.returncode, done.stdout) == (2, "")
    assert "move it" in done.stderr
    done = run("cloud", "cluster", "--scenario", "burst", "--out", "/proc/out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("/proc/out: ")


def children(marker: str) -> list[str]:
    """The processes whose environment has the marker."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (each / "environ").read_bytes():
                found.append((each / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("part", "line", "number"),
    [
        ("cluster", "making cluster", signal.SIGINT),
        ("badge", "== badge", signal.SIGINT),
        ("badge", "card CC", signal.SIGINT),
        ("badge", "card CC", signal.SIGTERM),
        ("billing", "call  ", signal.SIGINT),
        ("autoscaler", "playing burst", signal.SIGINT),
    ],
)
def test_the_demo_ends_without_traceback_or_leftovers(
    tmp_path: Path, part: str, line: str, number: signal.Signals
) -> None:
    temporary = tmp_path / "t"
    temporary.mkdir()
    demo = [sys.executable, "-m", "tools.demo", part, "--out", str(tmp_path / "out")]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(  # noqa: S603
        demo,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert any(line in each for each in process.stdout)
        os.killpg(process.pid, number)
        rest, said = process.stdout.read(), process.stderr.read()
    assert process.returncode == INTERRUPTED
    assert said == ""
    assert rest.endswith("Stopped; nothing goes on running.\n")
    assert list(temporary.iterdir()) == []
    assert children(str(temporary)) == []


def test_a_file_is_written_into_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    """README's own line writes into out/, which a fresh clone does not have."""
    done = run("badge", "render", "--name", "Joan Citizen", "--png", "out/badge.png", cwd=tmp_path, env=_on_path())
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "badge.png").stat().st_size > 0


def _on_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
