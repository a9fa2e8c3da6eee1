"""What a person runs at a terminal: `make transfer`, `make delete-source`, `make delete-target`.

They work on what is deployed, by AWS's APIs and the profile in AWS_PROFILE, and know a stack by its outputs and
resources. What is open, and how it is closed, they ask of the product's own modules, which are what the functions run.
"""

import sys
from pathlib import Path
from typing import Final

_FUNCTIONS: Final = str(Path(__file__).resolve().parent.parent / "functions")

if _FUNCTIONS not in sys.path:  # as on Lambda, where `snapferry` lies beside the handlers
    sys.path.insert(0, _FUNCTIONS)
