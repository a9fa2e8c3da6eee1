"""Carrying a database across from a terminal: started, looked at until its end, and its receipt told."""
