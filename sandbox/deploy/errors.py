"""Why a template was not deployed.

Refused
├── InvalidTemplate     CloudFormation would refuse it too
├── NotInSandbox        AWS would take it; the sandbox cannot do it and says so
└── DeploymentFailed    an AWS service refused one of the resources
"""


class Refused(Exception):
    """The template was not deployed; its message names the logical id, the type and the property."""


class InvalidTemplate(Refused):
    """What CloudFormation itself refuses: a wrong parameter, an unresolved name, a circle."""


class NotInSandbox(Refused):
    """A resource type, property or function that AWS knows and the sandbox does not enact."""


class DeploymentFailed(Refused):
    """A service refused a resource. What had been made before was taken down again."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code
        """The service's error code, if it gave one."""
