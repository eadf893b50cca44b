"""The badge as pixels: name, identicon, fonts, background, bitmap; may import model and shared."""
