"""How hypothesis works here: the same examples every time, and no verdict about the machine's speed."""

from hypothesis import settings

settings.register_profile("unit", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("unit")
