"""Entry point of `make check`: ``python -m tools.checks``."""

import sys

from tools.checks import command
from tools.checks.faults import refuse_options

refuse_options("tools.checks", command.__doc__)
sys.exit(command.main())
