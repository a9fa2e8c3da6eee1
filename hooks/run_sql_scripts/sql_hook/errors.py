"""How the hook fails. The class's name and the message are what the restore ends with."""


class HookError(Exception):
    """The hook cannot go on; the message holds no secret and no row."""


class InvalidHookInput(HookError):
    """The profile's ``input`` of this hook is not what it takes; the message lists all mistakes."""


class ScriptNotReadable(HookError):
    """A script, or the certificate authorities' bundle, is not in S3, or this hook may not read it."""


class SecretNotReadable(HookError):
    """The secret with the master password cannot be read."""


class LoginRefused(HookError):
    """The database does not let the hook in, or cannot be reached."""


class ScriptFailed(HookError):
    """The database refused a script; what it had done was rolled back where the engine can."""


class ExpectationNotMet(HookError):
    """After the scripts the data is not as it should be."""
