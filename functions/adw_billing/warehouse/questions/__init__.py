"""Views that answer questions of the bill, one definition for both engines; imports the model only."""
