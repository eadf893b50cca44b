"""Retries of the loader's calls to OCI, and of no other function's: the number that all its OCI clients are given.

Two other repetitions have their own limits: a download that breaks goes on where it broke (MAX_RESUMES in
source/reports.py), and a transaction is repeated on a new session (MAX_ATTEMPTS in warehouse/oracle/warehouse.py).
"""

from __future__ import annotations

OCI_ATTEMPTS = 4
"""Of one call to Object Storage, Identity, Organizations, Vault or Database, the first included; which answers are
repeated (429, 5xx such as 503, time-outs), and with which waits: shared/oci/retries.py."""
