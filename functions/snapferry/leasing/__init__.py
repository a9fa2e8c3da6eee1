"""The lease: what is opened for the target in a key policy, and everything that closes it again."""
