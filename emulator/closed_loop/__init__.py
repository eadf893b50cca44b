"""A cluster on simulated time, a scenario that moves it, and an autoscaler that answers.

May import everything but the commands.
"""
