"""Tables, headers, exact sums and the Warehouse protocol; imports nothing of the function."""
