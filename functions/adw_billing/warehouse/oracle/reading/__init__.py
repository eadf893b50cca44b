"""The database for questions: it is read, and nothing else is sent. May import the engine's session and names."""
