"""Monitoring's ingestion of custom metrics."""
