"""A run's plan and the loading of one object; may import source, parse, model and shared, never an engine."""
