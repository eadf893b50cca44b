"""The bucket of badges, of the list of cards and of the background; may import model, errors and shared."""
