"""Identity: principals, tokens and the check of every signature."""
