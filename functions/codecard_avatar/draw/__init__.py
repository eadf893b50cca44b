"""The badge as pixels and as a file, without any I/O but the bundled fonts; may import model, errors and shared."""
