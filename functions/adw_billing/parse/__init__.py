"""From a report's bytes to typed columns and rejected rows, without I/O; may import model."""
