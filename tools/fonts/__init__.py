"""Make the badge's font files from the packages that they come from."""
