"""How .dockerignore and Dockerfile are read by the layout of images."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import suite
from tools.dockerignore import Ignored
from tools.layout import Image, build, instructions


@pytest.mark.parametrize(
    ("lines", "path", "ignored"),
    [
        ("*\n!shared", "shared/a/b.py", False),
        ("*\n!shared", "tests/x.py", True),
        ("*\n!shared\n**/*.pyc", "shared/a/b.pyc", True),
        ("**/__pycache__", "a/b/__pycache__/x.pyc", True),
        ("**/__pycache__", "__pycache__/x.pyc", True),
        ("**/.*", "fonts/.hidden", True),
        ("**/.*", "fonts/shown.ttf", False),
        ("*.md", "README.md", True),
        ("*.md", "docs/README.md", False),
        ("# a comment\n\nfunc.yaml", "func.yaml", True),
        ("func.yaml", "other/func.yaml", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("/abs", "abs/x", True),
        ("v[0-9].txt", "v3.txt", True),
        ("v[^0-9].txt", "v3.txt", False),
        (r"v[\]x].txt", "v].txt", True),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        ("a**/*.txt", "a/b/c.txt", True),
        ("**\n!web", "web/page", False),
    ],
)
def test_the_last_pattern_that_matches_decides(lines: str, path: str, ignored: bool, tmp_path: Path) -> None:  # noqa: FBT001
    (tmp_path / ".dockerignore").write_text(lines)
    assert Ignored.of(tmp_path).matches(Path(path)) is ignored


def test_without_a_file_nothing_is_ignored(tmp_path: Path) -> None:
    assert not Ignored.of(tmp_path).matches(Path("x"))


def test_comments_and_continued_lines_of_a_dockerfile() -> None:
    text = "# c\nARG A=1\nRUN a \\\n    # inside\n    && b\n\ncopy  x   y\n"
    assert list(instructions(text)) == [("ARG", "A=1"), ("RUN", "a      && b"), ("COPY", "x y")]


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\nVOLUME /data\n")
    with pytest.raises(ValueError, match="Dockerfile: VOLUME"):
        build(Image(tmp_path / "root"), tmp_path / "Dockerfile", tmp_path, {})


def test_a_build_argument_wins_over_the_default_and_reaches_labels(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\nARG V=1\nARG C=none\nLABEL v=${V} c=${C}\nENV V=${V}\nUSER 1000\n")
    image = build(Image(tmp_path / "root"), tmp_path / "Dockerfile", tmp_path, {"V": "2"})[""]
    assert image.labels == {"v": "2", "c": "none"}
    assert (image.environment, image.user) == ({"V": "2"}, "1000")


def test_copy_respects_the_context_and_puts_folders_contents(tmp_path: Path) -> None:
    context = tmp_path / "context"
    (context / "pkg" / "__pycache__").mkdir(parents=True)
    for name in ("pkg/a.py", "pkg/__pycache__/a.pyc", "one.txt"):
        (context / name).write_text(name)
    (context / ".dockerignore").write_text("**/__pycache__\n")
    (context / "Dockerfile").write_text("FROM x\nCOPY pkg /function/pkg\nCOPY one.txt /function/\n")
    build(Image(tmp_path / "root"), context / "Dockerfile", context, {})
    found = {str(path.relative_to(tmp_path / "root")) for path in (tmp_path / "root").rglob("*") if path.is_file()}
    assert found == {"function/pkg/a.py", "function/one.txt"}


def test_a_stage_is_a_folder_of_its_own_on_top_of_the_one_it_names(tmp_path: Path) -> None:
    """What a stage writes does not reach the stage that it starts from; ARG ends with its stage."""
    (tmp_path / "one.txt").write_text("1")
    (tmp_path / "Dockerfile").write_text(
        "ARG PARENT=x\nFROM ${PARENT} AS lower\nARG V=1\nENV V=${V}\nCOPY one.txt /function/lower/\n"
        "FROM x AS other\nCOPY one.txt /function/other/\n"
        "FROM lower AS upper\nCOPY --from=other /function/other /function/other\nENV V=2\n"
    )
    start = Image(tmp_path / "images" / "start")
    local = start.place("/usr/local/bin")
    local.mkdir(parents=True)
    (local.parent / "pyvenv.cfg").write_text("home = x\n")
    (local / "command").write_text(f"#!{local}/python3\n")
    (local / "python3").symlink_to(local / "command")
    stages = build(start, tmp_path / "Dockerfile", tmp_path, {})
    assert [image.environment for image in stages.values()] == [{"V": "1"}, {}, {"V": "2"}]
    upper = stages["upper"]
    assert {path.name for path in upper.place("/function").iterdir()} == {"lower", "other"}
    assert {path.name for path in stages["lower"].place("/function").iterdir()} == {"lower"}
    assert (upper.place("/usr/local/bin/command")).read_text() == f"#!{upper.root}/usr/local/bin/python3\n"
    assert upper.python.readlink() == upper.place("/usr/local/bin/command")
    assert (local / "command").read_text() == f"#!{local}/python3\n"


def test_what_is_to_be_left_of_the_sdk_is_checked_before_anything_is_dropped(tmp_path: Path) -> None:
    kept = tmp_path / "package" / "tests" / "test_a.py"
    kept.parent.mkdir(parents=True)
    kept.write_text("")
    command = [sys.executable, "deploy/image/prune.py", "blah", str(tmp_path), "/dev/null"]
    done = subprocess.run(command, cwd=suite.ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (1, "OCI_SDK must be pruned or full, is 'blah'\n")
    assert kept.exists()
