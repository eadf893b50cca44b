"""DDL and views that both engines share; may import model. An engine is a room of its own below."""
