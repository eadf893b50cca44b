"""Pages that people open: HTML from templates, served by a function in parts or written as one file."""
