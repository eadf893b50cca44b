"""Lets a function find no package that its image is without, though the developer has it installed.

Arrow, DuckDB and the OCI SDK import these where they find them: pandas alone is half a second of each process that
reads a report.
"""

import sys

ABSENT = ("aiohttp", "numpy", "pandas", "pkcs11")

sys.modules.update(dict.fromkeys(ABSENT))  # type: ignore[arg-type]  # None: not to be found (import system reference)
