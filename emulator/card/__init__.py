"""The Code Card as a client: its own bytes on a raw socket, and what its firmware makes of the answers."""
