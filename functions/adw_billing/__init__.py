"""The loader of OCI's usage, cost and FOCUS reports: from Oracle's bucket to typed tables, every row once."""
