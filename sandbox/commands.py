"""What a person types to carry the database across, and to look at it: commands of the AWS CLI and of psql or mysql."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE
from sandbox.data.clients import HOST
from sandbox.stage import DATABASE, MASTER, RESTORED, ROOT, SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.databases import Databases
    from sandbox.stage import Stage

EXECUTION = "first"


@dataclass(frozen=True)
class Commands:
    """The commands for one stage; `config` is its AWS config file."""

    stage: Stage
    config: Path

    def chapters(self) -> list[tuple[str, list[str]]]:
        """What they are for, and the commands, in the order in which a person wants them."""
        return [
            ("first, in every new shell", self._exports()),
            ("start a transfer, and look until its status is no longer RUNNING", self._transfer()),
            ("what RDS does meanwhile", self._looks()),
            ("the database in the target, and its own password", self._secret()),
            ("log in with that password; then: SELECT * FROM users;", self._log_in_to_target()),
            ("the source's database, as production uses it", [self._log_in(str(self._databases.port(DATABASE)))]),
        ]

    @property
    def _databases(self) -> Databases:
        return self.stage.databases(SOURCE)

    def _exports(self) -> list[str]:
        programs = ROOT / ".venv" / "bin"
        exports = [f"export AWS_CONFIG_FILE={shlex.quote(str(self.config))}"]
        if (programs / "aws").exists():
            exports.append(f'export PATH={shlex.quote(str(programs))}:"$PATH"')
        return exports

    def _transfer(self) -> list[str]:
        machine = self.stage.machine_arn
        execution = f"{machine.replace(':stateMachine:', ':execution:')}:{EXECUTION}"
        start = f'--name {EXECUTION} --input \'{{"database": "{DATABASE}"}}\''
        return [
            f"aws stepfunctions start-execution --profile source --state-machine-arn {machine} {start}",
            f"aws stepfunctions describe-execution --profile source --execution-arn {execution}",
        ]

    def _looks(self) -> list[str]:
        clustered = self._databases.clustered
        snapshots = "describe-db-cluster-snapshots" if clustered else "describe-db-snapshots"
        looks = [f"aws rds {snapshots} --profile source", f"aws rds {snapshots} --profile target"]
        looks += ["aws rds describe-db-clusters --profile target"] if clustered else []
        return [*looks, "aws rds describe-db-instances --profile target"]

    def _secret(self) -> list[str]:
        return [
            self._describe_restored,
            f"SECRET=$({self._describe_restored} --query '{self._row}.MasterUserSecret.SecretArn' --output text)",
            'aws secretsmanager get-secret-value --profile target --secret-id "$SECRET"',
        ]

    def _log_in_to_target(self) -> list[str]:
        port = "Port" if self._databases.clustered else "Endpoint.Port"
        return [
            f"PORT=$({self._describe_restored} --query '{self._row}.{port}' --output text)",
            self._log_in("$PORT"),
        ]

    def _log_in(self, port: str) -> str:
        if "postgres" in self.stage.engine:
            return f"psql -h {HOST} -p {port} -U {MASTER} -W {SCHEMA}"
        return f"mysql -h {HOST} -P {port} -u {MASTER} -p {SCHEMA}"

    @property
    def _describe_restored(self) -> str:
        word = "cluster" if self._databases.clustered else "instance"
        return f"aws rds describe-db-{word}s --profile target --db-{word}-identifier {RESTORED}"

    @property
    def _row(self) -> str:
        return "DBClusters[0]" if self._databases.clustered else "DBInstances[0]"
