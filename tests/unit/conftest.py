"""How hypothesis works here: the same examples every time, and no verdict about the machine's speed.

`make test-long` asks for the profile `long`: other examples every time, and more of them.
"""

import os

from hypothesis import settings

settings.register_profile("unit", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("long", deadline=None, max_examples=1500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "unit"))
