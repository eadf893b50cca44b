"""Entry point of `make check`: ``python -m tools.checks``."""

import sys

from tools.checks.command import main

sys.exit(main())
