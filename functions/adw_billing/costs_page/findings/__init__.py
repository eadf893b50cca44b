"""What the cost page finds beside the sums: what moved and why, what is late, untagged or unusual; may import query."""
