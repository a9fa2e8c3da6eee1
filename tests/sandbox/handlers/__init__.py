"""A code root: Lambda sees the modules in here as its own."""
