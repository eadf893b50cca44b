"""The report of costs as page, text and chart, from the rows of a query; may import model."""
