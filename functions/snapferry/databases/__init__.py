"""RDS as the product sees it: one shape for instances and clusters, so that no handler asks which one it has."""

from snapferry.databases.family import NAME_IS_THERE, NOT_IN_THIS_STATE, DatabaseFamily
from snapferry.databases.records import Database, Member, Secret, Snapshot
from snapferry.databases.search import all_databases, family_of, find_database
from snapferry.databases.snapshots import Snapshots

__all__ = [
    "NAME_IS_THERE",
    "NOT_IN_THIS_STATE",
    "Database",
    "DatabaseFamily",
    "Member",
    "Secret",
    "Snapshot",
    "Snapshots",
    "all_databases",
    "family_of",
    "find_database",
]
