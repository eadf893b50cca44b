"""The embedded engine, one DuckDB file; may import warehouse and model, never oracle."""
