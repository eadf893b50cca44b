"""Entry point of the check of a tenancy: ``python -m ops.preflight``."""

import sys

from ops.preflight.command import main

sys.exit(main())
