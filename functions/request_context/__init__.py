"""Echoes what the request context of the FDK holds."""
