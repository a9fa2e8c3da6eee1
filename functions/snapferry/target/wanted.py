"""One database that shall come up, and what follows from its restore profile."""

from dataclasses import dataclass
from typing import Any

from snapferry import names
from snapferry.contracts.incoming import Profile, Scaling
from snapferry.databases.restore_settings import FIELDS, applying
from snapferry.target.profile_checks import foreign_fields
from snapferry.target.renaming import Naming, away_name
from snapferry.vocabulary import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One database that shall come up, and the names that follow from the profile.

    Attributes:
        family, engine, engine_version, instance_class, scaling: Of the source; the profile may name another class and
            scaling.
    """

    transfer: str
    database: str
    family: Family
    engine: str
    engine_version: str
    instance_class: str | None
    scaling: Scaling | None
    profile: Profile
    drill: bool = False

    @property
    def identifier(self) -> str:
        """Name of the new database; of a drill's, which comes up beside the one that serves, a name of its own."""
        if self.drill:
            return names.snapshot_name(self.database, self.transfer)
        return self._filled(self.profile.identifier)

    @property
    def naming(self) -> Naming | None:
        """The name that it is given in the end; None if it keeps its own."""
        if self.profile.rename_to is None or self.drill:
            return None
        name = self._filled(self.profile.rename_to)
        return Naming(
            family=self.family,
            name=name,
            away=away_name(name, self.transfer),
            identifier=self.identifier,
            transfer=self.transfer,
        )

    @property
    def name(self) -> str:
        """Under which its connection is published."""
        return self._filled(self.profile.name)

    @property
    def chosen_class(self) -> str | None:
        """Class of each instance."""
        return self.profile.instance_class or self.instance_class

    @property
    def chosen_scaling(self) -> Scaling | None:
        """Capacity of a cluster's Serverless v2 instances."""
        return self.profile.scaling or self.scaling

    @property
    def fitting(self) -> Profile:
        """The profile without what the database's family does not have: that is refused by itself."""
        return self.profile.model_copy(update=dict.fromkeys(foreign_fields(self.profile, self.family)))

    def settings(self, *, port: int, key_arn: str, monitoring_role: str | None) -> dict[str, Any]:
        """Return every setting that the new database shall have, by the profile's fields.

        Args:
            port: The source's; the profile may name another.
            key_arn: The own key, of Performance Insights, too.
            monitoring_role: For Enhanced Monitoring.
        """
        profile = self.profile
        said = profile.model_dump(include=set(FIELDS))
        said |= {
            "instance_class": self.chosen_class,
            "scaling": self.chosen_scaling and self.chosen_scaling.model_dump(),
            "port": profile.port or port,
            "monitoring_role": monitoring_role if profile.monitoring_seconds else None,
            "performance_insights": profile.performance_insights or None,
            "performance_insights_key": key_arn if profile.performance_insights else None,
        }
        return applying(said, self.family, self.engine)

    def _filled(self, pattern: str) -> str:
        return pattern.replace("{database}", self.database).replace("{transfer}", self.transfer).lower()
