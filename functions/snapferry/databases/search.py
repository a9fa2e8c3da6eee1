"""Finding a database whose family nobody told."""

from typing import TYPE_CHECKING, Final

from snapferry.databases.clusters import Clusters
from snapferry.databases.family import DatabaseFamily
from snapferry.databases.instances import Instances
from snapferry.databases.records import Database
from snapferry.vocabulary import Family

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

_CLASSES: Final[dict[Family, type[Clusters] | type[Instances]]] = {"cluster": Clusters, "instance": Instances}


def family_of(rds: "RDSClient", family: Family) -> DatabaseFamily:
    """Return the verbs of one family."""
    return _CLASSES[family](rds)


def find_database(rds: "RDSClient", identifier: str) -> Database | None:
    """Return the cluster of that name, else the instance of that name, else None.

    A cluster and an instance may have the same name; the cluster holds the data then.
    """
    return Clusters(rds).find(identifier) or Instances(rds).find(identifier)


def all_databases(rds: "RDSClient") -> list[Database]:
    """Return every cluster, without its members, and every instance, members of clusters among them."""
    return [*Clusters(rds).all(), *Instances(rds).all()]
