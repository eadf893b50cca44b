"""What a card sends and can read: button, owner's entry, JSON; may import storage, model, errors and shared."""
