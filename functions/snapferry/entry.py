"""What every function does around its own work: log, say which account speaks, and name AWS's refusals."""

import functools
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, logs
from snapferry.errors import SnapferryError
from snapferry.logs import logger
from snapferry.settings import Settings

type Event = dict[str, Any]
type Result = dict[str, Any]
type Handler = Callable[[Event, LambdaContext], Result]


def entry_point(handler: Handler) -> Handler:
    """Wrap a handler.

    An error of ours gets the side it comes from, and one of AWS's becomes ``AwsBusy`` or ``AwsRefused``; anything else
    flies as it is. The class's name is what the state machine sees.
    """

    @functools.wraps(handler)
    def wrapped(event: Event, context: LambdaContext) -> Result:
        logs.begin(event, context)
        try:
            result = handler(event, context)
        except SnapferryError as error:
            raise _told(error, context) from error.__cause__
        except aws.FAILURES as error:
            raise _told(aws.translated(error), context) from error
        except Exception as error:  # Lambda writes it down too, but cannot know of which transfer it is
            logger.error(f"unexpected: {error}", extra={"error": type(error).__name__})
            raise
        logger.info("done")
        return result

    return wrapped


def account_of(context: LambdaContext) -> str:
    """Return the account that the function runs in."""
    return Settings().own_arn(context.invoked_function_arn).split(":")[4]


def partition_of(context: LambdaContext) -> str:
    """Return the partition that the function runs in: ``aws``, ``aws-cn``, ``aws-us-gov``."""
    return Settings().own_arn(context.invoked_function_arn).split(":")[1]


def _told(error: SnapferryError, context: LambdaContext) -> SnapferryError:
    error.side = f"{Settings().side} account {account_of(context)}"
    logger.error(str(error), extra={"error": type(error).__name__})
    return error
