"""The command that checks a tenancy before anything is relied on; may import ops and shared."""
