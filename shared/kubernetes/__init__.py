"""The Kubernetes API and the ways to a cluster; may import shared only."""
