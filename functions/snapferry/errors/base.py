"""What all errors have in common, and those that any step may end with."""


class SnapferryError(Exception):
    """A transfer cannot go on.

    Args:
        what: What happened, a sentence without its full stop.
        resource: The ARN, name or field that it happened to.
        remedy: What a person can do about it, a sentence without its full stop.

    ``side`` is filled in by the function's entry point: which account the error comes from.
    """

    def __init__(self, what: str, *, resource: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.resource = resource
        self.remedy = remedy
        self.side = ""

    def __str__(self) -> str:
        return f"In the {self.side}: {self.told()}" if self.side else self.told()

    def told(self) -> str:
        """Return what happened, to what, and what to do, without the side."""
        parts = [f"{self.what}."]
        if self.resource and self.resource not in self.what:
            parts.append(f"Resource: {self.resource}.")
        if self.remedy:
            parts.append(f"What to do: {self.remedy}.")
        return " ".join(parts)


class RetryLater(SnapferryError):
    """The same call may succeed soon; the state machine retries it."""


class AwsBusy(RetryLater):
    """AWS throttled the call or had an error of its own."""


class GiveUp(SnapferryError):
    """A person has to mend something first; no retry helps."""


class TransferNotPossible(GiveUp):
    """More than one thing stands in the way; the message lists them all, each with its own error's name.

    Args:
        what: All of them.
        reasons: Each of them.
    """

    def __init__(self, what: str, *, reasons: "tuple[GiveUp, ...]" = ()) -> None:
        super().__init__(what)
        self.reasons = reasons


class AwsTooBusy(GiveUp):
    """AWS throttled, or had errors of its own, for longer than the state machine retries."""


class AwsRefused(GiveUp):
    """AWS refused a call for a reason that has no name of its own here."""


class StepFailed(GiveUp):
    """A step broke in a way that nobody foresaw: a function crashed, or Step Functions refused an expression."""
