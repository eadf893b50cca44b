"""What every connection of a call has: waits that end with the deadline, and a close at the end; may import nothing."""
