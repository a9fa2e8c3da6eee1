"""The environment variables of a handler's process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.functions.spec import VERSION

if TYPE_CHECKING:
    from sandbox.accounts import Credentials
    from sandbox.functions.spec import FunctionSpec

# Template variables must not lead a handler out of the sandbox, nor into another role.
OURS = frozenset({"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"})


def variables(spec: FunctionSpec, role: Credentials, url: str, log_stream: str) -> dict[str, str]:
    """The template's variables and Lambda's own; nothing of this machine's."""
    template = {name: value for name, value in spec.environment.items() if name not in OURS}
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": "UTC",
        **template,
        **_lambdas_own(spec, log_stream),
        "AWS_REGION": spec.region,
        "AWS_DEFAULT_REGION": spec.region,
        "AWS_ACCESS_KEY_ID": role.access_key,
        "AWS_SECRET_ACCESS_KEY": role.secret_key,
        "AWS_SESSION_TOKEN": role.token or "",
        "AWS_ENDPOINT_URL": url,
        # Neither this machine's profiles nor an instance's metadata are a handler's business.
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _lambdas_own(spec: FunctionSpec, log_stream: str) -> dict[str, str]:
    """[LAM configuration-envvars], the reserved ones."""
    return {
        "_HANDLER": spec.handler,
        "LAMBDA_TASK_ROOT": str(spec.code_root),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{spec.runtime}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_VERSION": VERSION,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": spec.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
    }
