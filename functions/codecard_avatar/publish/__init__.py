"""Where the card fetches its picture from, and under which name; may import storage, model, errors and shared."""
