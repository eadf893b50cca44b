"""Plain records of the emulated cluster: clock, node pools, shapes, manifests.

May import emulator.kubernetes and emulator.base.
"""
