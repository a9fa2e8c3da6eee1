"""A long random run of everything at once: `make soak MINUTES=30 SEED=7`; see `tests/soak/__main__.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

if str(ROOT / "functions") not in sys.path:  # as on Lambda, where `snapferry` lies beside the handlers
    sys.path.insert(0, str(ROOT / "functions"))
