"""The report of costs as page, text and chart; may import model and the embedded file."""
