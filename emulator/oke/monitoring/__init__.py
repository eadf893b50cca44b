"""Monitoring's metrics of nodes and pools."""
