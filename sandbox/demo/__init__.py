"""`make demo`: the reference story, told in a terminal, with proofs at its end."""

from sandbox.demo.story import tell_story

__all__ = ["tell_story"]
