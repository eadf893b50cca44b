"""An OKE cluster on simulated time.

Rooms, each importing those to its right: services, control, nodes, scheduling, model.
"""
