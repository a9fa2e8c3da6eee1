"""Snapferry's only state: the stack's table. Locks, open questions, open leases, and outcomes that were answered."""
