"""Measured work as a process of its own, so that CPU and memory are its alone; may import what bench may."""
