"""Adapters to the Kubernetes API, OKE and Monitoring; may import model and shared, never decide."""
