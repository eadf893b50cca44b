"""The command line `oci-functions`, on click; in no image. May import ops and, in a command, what that command runs."""
