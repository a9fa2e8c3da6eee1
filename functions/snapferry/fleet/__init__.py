"""Many databases at once: which of them, how many at a time, and what became of each."""
