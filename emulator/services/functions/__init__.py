"""Functions: management and signed invocation."""
