"""What a card asks and is answered: buttons, names, JSON; may import model and shared."""
