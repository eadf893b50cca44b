"""What `make demo` shows, one module a function."""
