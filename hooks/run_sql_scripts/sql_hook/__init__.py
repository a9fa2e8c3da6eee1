"""What the hook that runs SQL scripts is made of."""
