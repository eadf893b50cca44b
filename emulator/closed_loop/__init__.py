"""The closed loop: a cluster on simulated time, a scenario that moves it, and an autoscaler that answers."""
