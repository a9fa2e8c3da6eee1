"""Run as a program, in a process of its own: import a handler (or none), make clients, tell what that took.

`python -I -B probe.py <folder of the function> <module, or - for a bare handler> <services, by commas>`
"""

import importlib
import json
import resource
import sys
import time
from typing import Any

sys.path.insert(0, sys.argv[1])
MODULE, SERVICES = sys.argv[2], [name for name in sys.argv[3].split(",") if name]
KIB = 1024


def main() -> None:
    """Print one line of JSON."""
    before, begun = set(sys.modules), time.process_time()
    if MODULE != "-":
        importlib.import_module(MODULE)
    imported = time.process_time()
    boto3: Any = importlib.import_module("boto3")
    for service in SERVICES:
        boto3.client(service, "eu-west-1", aws_access_key_id="nobody", aws_secret_access_key="nothing")  # noqa: S106
    told = {
        "imports": imported - begun,
        "all": time.process_time() - begun,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB,
        "modules": sorted(set(sys.modules) - before),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
