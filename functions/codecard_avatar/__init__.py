"""The badge of a Code Card's owner, from a button press to pixels; may import shared, and no other function."""
