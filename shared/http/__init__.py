"""One way to make an HTTP request: deadline, size limit, TLS, one kind of error; may import shared only."""
