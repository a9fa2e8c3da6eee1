"""Options of databases: which of them last, and which group a database has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.protocol import AwsError
from sandbox.rds.identifiers import Arn
from sandbox.register.rds_options import OPTION_GROUP, OPTION_GROUP_ENGINE

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.engines import Engine
    from sandbox.rds.models import Snapshot

KIND = "og"
NOT_FOUND = 404
TDE = "TDE"
# Oracle's that may cross accounts, if the other side has them, too (USER_ShareSnapshot).
MAY_CROSS = frozenset({"Timezone", "OLS"})


@dataclass
class OptionGroup:
    """A named set of options."""

    arn: Arn
    engine: str
    major_version: str
    description: str
    options: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Name -> OptionSettings."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def lasting(self) -> frozenset[str]:
        """The options that a database with this group cannot be rid of."""
        return frozenset(name for name in self.options if persistent(self.engine, name))


def persistent(engine: str, option: str) -> bool:
    """Whether an option stays in a group as long as a database has that (USER_ShareSnapshot's table)."""
    return permanent(engine, option) or (option == TDE and engine == "sqlserver-ee")


def permanent(engine: str, option: str) -> bool:
    """Whether an option can never be removed."""
    return engine.startswith("oracle-") and option in MAY_CROSS | {TDE}


def default_group(engine: Engine, version: str) -> str:
    """The name of the group that every database has that is given none: `default:mysql-8-0`."""
    return f"default:{engine.name}-{engine.major_version(version).replace('.', '-')}"


def chosen_group(core: Core, call: Call, engine: Engine, version: str) -> str:
    """The option group for a new or changed database, as the call says, or the default one.

    Raises:
        AwsError: OptionGroupNotFoundFault; InvalidParameterCombination.
    """
    asked = call.parameters.get("OptionGroupName")
    default = default_group(engine, version)
    if not asked or asked == default:
        return default
    group = group_named(core, call, asked)
    if group is None:
        return default
    its, wanted = (group.engine, group.major_version), (engine.name, engine.major_version(version))
    OPTION_GROUP_ENGINE.refuse_if(its != wanted, name=asked, its=" ".join(its), engine=" ".join(wanted))
    return group.arn.name


def group_named(core: Core, call: Call, name: str) -> OptionGroup | None:
    """The caller's group of this name; None, where nobody cares, if there is none.

    Raises:
        AwsError: OptionGroupNotFoundFault.
    """
    arn = Arn(call.region, call.caller.account, KIND, name.lower())
    found = core.store.option_groups.get(arn)
    if found is None and OPTION_GROUP.holds:
        raise AwsError(OPTION_GROUP.code, OPTION_GROUP.message.format(name=name), NOT_FOUND)
    return found


def lasting_options(core: Core, arn: Arn) -> frozenset[str]:
    """The lasting options of a group, by its ARN; none of a default group."""
    group = core.store.option_groups.get(arn)
    return group.lasting if group else frozenset()


def needs_group(core: Core, call: Call, snapshot: Snapshot) -> frozenset[str]:
    """The snapshot's lasting options that the group which the call names lacks; all of them, if it names none."""
    asked = call.parameters.get("OptionGroupName")
    group = core.store.option_groups.get(Arn(call.region, call.caller.account, KIND, str(asked).lower()))
    return snapshot.lasting_options - (group.lasting if group else frozenset())
