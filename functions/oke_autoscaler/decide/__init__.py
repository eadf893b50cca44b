"""The pure decision: a snapshot in, a decision out; may import model, never act, clients or an SDK."""
