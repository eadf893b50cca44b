"""The Oracle engine: session, staging, publication, DBMS_CLOUD; may import warehouse and model, never duckdb."""
