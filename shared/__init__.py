"""The common library of the functions; it never imports one of them."""
