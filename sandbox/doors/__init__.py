"""The doors of databases: who stands before one, whether security groups let them in, and a book of all who came."""

from sandbox.doors.book import Arrival
from sandbox.doors.firewall import Firewall, Interface, inside_address
from sandbox.doors.guarded import GuardedServer
from sandbox.doors.processes import parents_of

__all__ = ["Arrival", "Firewall", "GuardedServer", "Interface", "inside_address", "parents_of"]
