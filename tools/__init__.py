"""Command lines of the house: checks, rendering, demo."""
