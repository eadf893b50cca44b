"""The report of costs as text and as data, from the rows of a query; may import model."""
