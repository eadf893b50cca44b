"""Where reports come from: bucket or folder, listed and unpacked; may import parse, model and shared."""
