"""DDL and views that both engines share, and a room for each engine; may import model."""
