"""The badge of the Code Card: from a button press to pixels."""
