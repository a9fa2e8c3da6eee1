"""Where the sources are made: one stage as it is deployed, and one that lets databases be under the transfer key."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sandbox.accounts import SOURCE, TARGET
from sandbox.rds.identifiers import Arn
from sandbox.sources import make_snapshot, make_source
from sandbox.stage import set_stage
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.world import Sandbox

FRESH, LATEST, NAMED, AWS_BACKUP, KEPT = "fresh", "latest automated", "named", "AWS Backup", "kept copy"
TRANSFER_KEY = "transfer key"


@dataclass
class Scene:
    """A stage on which databases are made when they are asked for.

    Attributes:
        named_key: a customer managed key of which the source stack's parameter says that its roles may use it.
        afterwards: what puts right again what a case has changed.
    """

    story: Story
    named_key: str
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    _made: dict[tuple[str, str], str] = field(default_factory=dict)
    _by_hand: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, sandbox: Sandbox, *, originals: bool) -> Self:
        """Deploy both stacks in an empty sandbox."""
        key = sandbox.client("kms", SOURCE).create_key()["KeyMetadata"]["Arn"]
        said = {"DatabaseKeyArns": key, "ShareOriginals": str(originals).lower()}
        return cls(Story(set_stage(sandbox, "aurora-mysql", source_parameters=said)), key)

    def client(self, service: str) -> Any:
        """The source administrator's."""
        return self.story.sandbox.client(service, SOURCE)

    def database(self, kind: str, encryption: str) -> str:
        """The ARN of a database of this kind, made when it is first asked for."""
        if (kind, encryption) not in self._made:
            name = f"{kind}-{encryption}".replace("/", "-").replace(" ", "-")
            self._made[kind, encryption] = self.another(kind, encryption, name)
        return self._made[kind, encryption]

    def another(self, kind: str, encryption: str, name: str) -> str:
        """The ARN of a further database."""
        keys = {TRANSFER_KEY: self.story.stage.transfer_key, "cmk": self.named_key}
        return make_source(self.story.sandbox, kind, name=name, encryption=keys.get(encryption, encryption))

    def once(self, name: str, encryption: str) -> None:
        """Make a MySQL database of that name, if it is not there yet."""
        if ("mysql", name) not in self._made:
            self._made["mysql", name] = self.another("mysql", encryption, name)

    def given(self, database: str, start: str) -> dict[str, Any]:
        """The input's fields for a start; makes the snapshot that it means."""
        name = Arn.parse(database).name
        if start == FRESH:
            return {"database": name}
        if start == KEPT:
            return self.after_a_failure(name)
        if start == LATEST:
            make_snapshot(self.story.sandbox, database, "automated")
            return {"database": name, "snapshot": "latest"}
        if start == AWS_BACKUP:
            return {"database": name, "snapshot": make_snapshot(self.story.sandbox, database, "awsbackup")}
        if name not in self._by_hand:
            make_snapshot(self.story.sandbox, database, "manual", f"{name}-by-hand")
            self._by_hand.add(name)
        return {"database": name, "snapshot": f"{name}-by-hand"}

    def after_a_failure(self, database: str) -> dict[str, Any]:
        """Let a transfer fail behind its copy; gives the input that its cause prints."""
        run = self.story.run(
            database=database, restore=False, when="Ask the target to take its copy", then=self.unshare_all
        )
        assert run.status == "FAILED"
        return dict(json.loads(str(run.cause).splitlines()[-1]))

    def unshare_all(self) -> None:
        """Take the copies that are on their way back from the target."""
        for snapshot in self.story.sandbox.rds.store.snapshots.values():
            if snapshot.name.startswith("sf-") and snapshot.name.endswith("-c"):
                snapshot.shared_with.discard(TARGET.id)
