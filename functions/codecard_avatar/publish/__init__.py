"""Where a picture is put so that the card can fetch it; may import model and shared."""
