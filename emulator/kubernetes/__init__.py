"""A small Kubernetes API server: it stores, lists, patches and evicts, and refuses what a real one refuses.

May import emulator.base and emulator.services.identity.
"""
