"""moto behind the gate: its server's application, run in this process, with its state reset for each sandbox."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from flask import got_request_exception
from moto.core.common_models import BaseModel
from moto.core.config import default_user_config
from moto.moto_api._internal import mock_random
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox.protocol import Reply
from sandbox.savings import save_work

if TYPE_CHECKING:
    from flask import Flask

SEED = 20260101


class BackendFailure(RuntimeError):
    """moto does not know the operation, or fell over it."""


class Moto:
    """moto's answer to a request that the gate has let through."""

    def __init__(self) -> None:
        save_work()
        reset()
        self._application = DomainDispatcherApplication(_quiet_app)
        self._failures = threading.local()
        got_request_exception.connect(self._remember)

    def __call__(self, environ: dict[str, Any]) -> Reply:
        """Moto's answer.

        Raises:
            BackendFailure: it has none.
        """
        started: list[tuple[str, list[tuple[str, str]]]] = []
        self._failures.last = None

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            started.append((status, headers))

        body = b"".join(self._application(environ, start_response))
        if self._failures.last is not None:
            raise BackendFailure(repr(self._failures.last)) from self._failures.last
        status, headers = started[-1]
        return Reply(int(status.split()[0]), headers, body)

    def close(self) -> None:
        """Forget everything that the accounts hold."""
        got_request_exception.disconnect(self._remember)
        reset()

    def _remember(self, _: Flask, exception: BaseException, **__: Any) -> None:
        """Flask turns a failure into a page of HTML; keep what really happened."""
        self._failures.last = exception


def _new(model: type[BaseModel], *_: Any, **__: Any) -> BaseModel:
    """A model's object, and nothing more: moto also lists each that it ever made, for its dashboard."""
    return object.__new__(model)


def reset() -> None:
    """Empty accounts, machines that really run, and the same random names every time."""
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    default_user_config["lambda"]["use_docker"] = False
    moto_api_backend.reset()
    BaseModel.__new__ = _new  # type: ignore[assignment] # else 2 MB a transfer are never free again
    mock_random.seed(SEED)


def _quiet_app(service: Any) -> Flask:
    app = create_backend_app(service)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.logger.disabled = True
    return app
