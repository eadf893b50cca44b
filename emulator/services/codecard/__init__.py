"""The Code Card's backend with its quirks."""
