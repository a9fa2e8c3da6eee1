"""What Snapferry costs on top of AWS's own work, in counts and ratios that anybody can repeat: `make bench`.

A bench is a module with a function `measure() -> Section`, named in `bench.__main__`. No wall-clock time is judged.
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent

if str(ROOT / "functions") not in sys.path:  # as on Lambda, where `snapferry` lies beside the handlers
    sys.path.insert(0, str(ROOT / "functions"))
