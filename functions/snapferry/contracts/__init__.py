"""What comes in and goes out, as strict models. Their import takes time: only the doors have it."""
