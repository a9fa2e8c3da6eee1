"""The log: one line of JSON each, which the entry point gives the transfer's id."""

from typing import Final

from aws_lambda_powertools import Logger

logger: Final = Logger()  # its service is POWERTOOLS_SERVICE_NAME
