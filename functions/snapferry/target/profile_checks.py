"""What is wrong with a restore profile by itself, all at once: its shape, and fields that do not go together.

Each mistake names its field and says what to do. Nothing here asks AWS; ``restore_checks`` does.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from snapferry import mistakes
from snapferry.contracts.profile_contract import Profile
from snapferry.databases.restore_settings import TABLE
from snapferry.vocabulary import FAMILIES, Family

SERVERLESS: Final = "db.serverless"
_AURORA: Final = "aurora"
_WITH_IOPS: Final = frozenset({"io1", "io2"})
_INSIGHTS_DAYS: Final = frozenset({7, 731, *(31 * months for months in range(1, 24))})
_ADVANCED_DAYS: Final = 465  # botocore, rds.ModifyDBInstance, DatabaseInsightsMode
_MOST_CAPACITY_LEAST: Final = 1
_DAY: Final = 24 * 60
_SHORTEST_WINDOW: Final = 30
_PLACEHOLDER: Final = re.compile(r"\{([^}]*)\}")
_PLACEHOLDERS: Final = frozenset({"database", "transfer"})
_RESERVED: Final = ("aws:", "snapferry:")
_MOST_TAGS: Final = 50 - 4  # four are Snapferry's own

type Mistake = tuple[str, str]
"""A field, and what is to be done about it."""


def read_profile(value: object) -> tuple[Profile | None, list[str]]:
    """Return a profile and no mistakes; or None and every mistake.

    Fields that are well-formed are compared with each other even if others are not.
    """
    try:
        profile = Profile.model_validate(value)
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors() if found["loc"]}
        rest = _well_formed(value, wrong) if isinstance(value, dict) else None
        return None, [*mistakes.listed(error, Profile), *(_told(rest) if rest else [])]
    found = _told(profile)
    return (None, found) if found else (profile, [])


def foreign_fields(profile: Profile, family: Family) -> list[str]:
    """Return the fields that the profile sets and that a database of this family does not have."""
    settings = [each.field for each in TABLE if not each.is_of(family) and each.field in profile.model_fields_set]
    said = [field for field in settings if getattr(profile, field)]
    if family == "instance":
        said += ["instances"] if profile.instances > 1 else []
        said += ["instance_class"] if profile.instance_class == SERVERLESS else []
    if profile.storage_type and profile.storage_type.startswith(_AURORA) is not (family == "cluster"):
        said.append("storage_type")
    return said


def _well_formed(value: dict[str, Any], wrong: set[str]) -> Profile:
    stand_ins: dict[str, Any] = {"subnet_group": "-", "security_groups": ["-"]}
    return Profile.model_validate(stand_ins | {field: said for field, said in value.items() if field not in wrong})


def _told(profile: Profile) -> list[str]:
    checks = (_family, _serverless, _storage, _insights, _windows, _names, _tags)
    return [f"{field}: {what}" for check in checks for field, what in check(profile)]


def _family(profile: Profile) -> Iterator[Mistake]:
    not_of = {family: foreign_fields(profile, family) for family in FAMILIES}
    if all(not_of.values()):
        yield (
            ", ".join(not_of["cluster"]),
            f"only an instance has this, and only a cluster {', '.join(not_of['instance'])}: keep one side",
        )


def _serverless(profile: Profile) -> Iterator[Mistake]:
    if profile.scaling and profile.instance_class not in {None, SERVERLESS}:
        yield "scaling", f"only instances of the class {SERVERLESS} scale: leave it out, or name that class"
    if profile.scaling and profile.scaling.least > profile.scaling.most:
        yield "scaling", f"least is {profile.scaling.least:g}, most only {profile.scaling.most:g}: turn them round"
    if profile.scaling and profile.scaling.most < _MOST_CAPACITY_LEAST:
        yield "scaling.most", f"write {_MOST_CAPACITY_LEAST} or more"
    for end, units in (profile.scaling.model_dump() if profile.scaling else {}).items():
        if units * 2 % 1:
            yield f"scaling.{end}", "write a multiple of 0.5"


def _storage(profile: Profile) -> Iterator[Mistake]:
    kind = profile.storage_type
    if kind in _WITH_IOPS and profile.iops is None:
        yield "iops", f"storage {kind} needs a number of them"
    if profile.iops is not None and kind not in {*_WITH_IOPS, "gp3"}:
        yield "iops", "name storage_type io1, io2 or gp3 with it"
    if profile.storage_throughput is not None and kind != "gp3":
        yield "storage_throughput", "name storage_type gp3 with it"


def _insights(profile: Profile) -> Iterator[Mistake]:
    days = profile.performance_insights_days
    if days is not None and days not in _INSIGHTS_DAYS:
        yield "performance_insights_days", "write 7, a multiple of 31 up to 713, or 731"
    if days is not None and not profile.performance_insights:
        yield "performance_insights_days", "set performance_insights to true, or leave this out"
    if profile.database_insights == "advanced" and not (profile.performance_insights and (days or 0) >= _ADVANCED_DAYS):
        yield (
            "database_insights",
            f"advanced needs performance_insights, and performance_insights_days of {_ADVANCED_DAYS} or more",
        )


def _windows(profile: Profile) -> Iterator[Mistake]:
    backup = _minutes(profile.backup_window) if profile.backup_window else set()
    weekly = profile.maintenance_window
    maintenance = _weekly_minutes(weekly) if weekly else set()
    for field, window in (("backup_window", backup), ("maintenance_window", maintenance)):
        if getattr(profile, field) and len(window) < _SHORTEST_WINDOW:
            yield field, f"write at least {_SHORTEST_WINDOW} minutes"
    if backup & {minute % _DAY for minute in maintenance}:
        yield "maintenance_window", "it overlaps backup_window: move one of them"


def _minutes(window: str) -> set[int]:
    begin, end = (60 * int(clock[:2]) + int(clock[3:]) for clock in window.split("-"))
    return {minute % _DAY for minute in range(begin, end if end >= begin else end + _DAY)}


def _weekly_minutes(window: str) -> set[int]:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    begin, end = (
        _DAY * days.index(moment[:3]) + 60 * int(moment[4:6]) + int(moment[7:]) for moment in window.split("-")
    )
    return set(range(begin, end if end >= begin else end + 7 * _DAY))


def _names(profile: Profile) -> Iterator[Mistake]:
    for field in ("identifier", "name"):
        for unknown in sorted(set(_PLACEHOLDER.findall(getattr(profile, field))) - _PLACEHOLDERS):
            yield field, f"{{{unknown}}} stands for nothing: there are {{database}} and {{transfer}}"


def _tags(profile: Profile) -> Iterator[Mistake]:
    for key in profile.tags:
        if key.lower().startswith(_RESERVED):
            yield f"tags.{key}", "tags that begin so are AWS's or Snapferry's own: choose another key"
    if len(profile.tags) > _MOST_TAGS:
        yield "tags", f"write at most {_MOST_TAGS}: AWS takes 50, and Snapferry adds its own"
