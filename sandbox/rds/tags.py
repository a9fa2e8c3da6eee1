"""Tags: AWS's limits, and the three operations on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.families import FAMILIES
from sandbox.rds.identifiers import Arn
from sandbox.register.rds_names import TAG_LENGTH, TAG_NUMBER, TAG_PREFIX

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.models import Database, Snapshot, Tags
    from sandbox.rds.options import OptionGroup

MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256


def read_tags(given: list[dict[str, str]] | None) -> Tags:
    """Tags from a call.

    Raises:
        AwsError: InvalidParameterValue, if they are too many, too long, or in AWS's own name space.
    """
    tags = {tag["Key"]: tag.get("Value", "") for tag in given or []}
    check_tags(tags)
    return tags


def check_tags(tags: Tags) -> None:
    """Refuse tags that nobody but AWS may set, and more than a resource can hold."""
    TAG_PREFIX.refuse_if(any(key.lower().startswith("aws:") for key in tags))
    TAG_NUMBER.refuse_if(len(tags) > MOST_TAGS, most=MOST_TAGS)
    wrong = any(not 0 < len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE for key, value in tags.items())
    TAG_LENGTH.refuse_if(wrong, key=LONGEST_KEY, value=LONGEST_VALUE)


def tag_list(tags: Tags) -> list[dict[str, str]]:
    """Tags as AWS shows them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


class TagOperations:
    """AddTagsToResource, RemoveTagsFromResource, ListTagsForResource."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def add(self, call: Call) -> dict[str, Any] | None:
        """Set tags, replacing those of the same key."""
        resource = self._resource(call)
        if resource is None:
            return None
        tags = read_tags(call.parameters["Tags"])
        check_tags({key: value for key, value in {**resource.tags, **tags}.items() if not key.startswith("aws:")})
        resource.tags.update(tags)
        return {}

    def remove(self, call: Call) -> dict[str, Any] | None:
        """Remove tags by key; those that are not there do not matter."""
        resource = self._resource(call)
        if resource is None:
            return None
        for key in call.parameters["TagKeys"]:
            resource.tags.pop(key, None)
        return {}

    def show(self, call: Call) -> dict[str, Any] | None:
        """List the tags."""
        resource = self._resource(call)
        return None if resource is None else {"TagList": tag_list(resource.tags)}

    def _resource(self, call: Call) -> Database | Snapshot | OptionGroup | None:
        """The caller's own resource; None for those that moto keeps (subnet groups, parameter groups)."""
        arn = Arn.parse(call.parameters["ResourceName"])
        found = self._core.store.tagged(arn) or self._core.store.option_groups.get(arn)
        if found is not None and arn.account == call.caller.account:
            return found
        for family in FAMILIES:
            if arn.kind == family.database_kind:
                raise family.database_missing(arn.name)
            if arn.kind == family.snapshot_kind:
                raise family.snapshot_missing(arn.name)
        return None
