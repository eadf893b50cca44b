"""The cost page: what is asked in its address, the figures behind it, served or as one file. May import query."""
