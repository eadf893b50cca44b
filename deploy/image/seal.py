"""Run while an image is built: makes a folder readable by everybody and byte-compiled, then takes its write bits.

``python3 seal.py FOLDER…``. Hash-based .pyc files that are never checked: on a read-only root nobody could renew them,
and a registry or builder that changes file times must not make every cold start compile again.
"""

import compileall
import py_compile
import stat
import sys
from pathlib import Path

READ = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
ENTER = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def seal(folder: Path) -> None:
    """Compile and protect everything below ``folder``; SystemExit when a module does not compile."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, force=True, invalidation_mode=mode):
        raise SystemExit(f"{folder}: a module does not compile")
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            enter = ENTER if path.is_dir() else 0
            path.chmod((path.stat().st_mode | READ | enter) & ~WRITE)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        seal(Path(name))
