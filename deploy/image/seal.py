"""Run while an image is built: byte-compiles a folder, makes it readable by everybody and takes its write bits.

``python3 seal.py [--library] FOLDER…``. Hash-based .pyc files that are never checked: on a read-only root nobody could
renew them, and a registry or builder that changes file times must not make every cold start compile again.
``--library`` compiles Python's own standard library before: the official slim image comes without its .pyc files.
"""

import compileall
import py_compile
import re
import stat
import sys
import sysconfig
from pathlib import Path

READ = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
ENTER = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
NEVER_RUN = re.compile(r"/(test|tests|idlelib|tkinter|turtledemo|lib2to3|ensurepip|(site|dist)-packages)/")
"""Parts of the standard library that a function cannot use, some with broken modules on purpose; and what pip installs,
which is sealed by its own folder."""


def compile_folder(folder: Path, left_out: re.Pattern[str] | None = None) -> None:
    """Compile every module below a folder; SystemExit when one does not compile."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, force=True, invalidation_mode=mode, rx=left_out):
        raise SystemExit(f"{folder}: a module does not compile")


def protect(folder: Path) -> None:
    """Make a folder readable and writable for nobody."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            enter = ENTER if path.is_dir() else 0
            path.chmod((path.stat().st_mode | READ | enter) & ~WRITE)


if __name__ == "__main__":
    names = sys.argv[1:]
    if names[:1] == ["--library"]:
        compile_folder(Path(sysconfig.get_path("stdlib")), NEVER_RUN)
        names = names[1:]
    for name in names:
        compile_folder(Path(name))
        protect(Path(name))
