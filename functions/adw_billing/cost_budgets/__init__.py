"""Budgets: checked against the warehouse after each load, and told once; may import model, source and shared."""
