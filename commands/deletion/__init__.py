"""Deleting a stack: schedules first, then what runs, then what is open; then the stack; then what stays is told."""
