"""One module for each layout of the badge; each is loaded by the badge that is laid out so."""
