"""The source account: what a transfer starts from, planned before anything is made."""
