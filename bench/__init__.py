"""What the suite costs: CPU seconds, memory and counts, each beside what it is compared with."""
