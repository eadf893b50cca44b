"""Nodes and the instances below them: shapes, hosts, kubelets, their lives."""
