"""The functions of the suite; each folder is one function, and none imports another."""
