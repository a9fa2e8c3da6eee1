"""Lies beside the functions in a test's container: Python starts there at the moment that the sandbox's clock shows."""

import os

import time_machine

time_machine.travel(float(os.environ["SANDBOX_TIME"]), tick=True).start()
