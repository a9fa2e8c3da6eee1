"""Becomes another program that dies with its parent: `launch.py PARENT SIGNAL UID GID PATH PROGRAM ARGUMENT...`.

It runs on its own, started by processes.py, because the alternative, code between fork and exec (preexec_fn),
can deadlock in a process with threads. Without setpriv, which not every Linux has.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Give up root if asked to, tie this process to its parent's life, then become the program."""
    parent, death, uid, gid = (int(word) for word in sys.argv[1:5])
    search, program = sys.argv[5], sys.argv[6:]
    library = ctypes.CDLL(None)  # nothing can be imported once root is given up: Python may lie in root's home
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After setuid: a change of user clears the death signal.
    if library.prctl(_PR_SET_PDEATHSIG, death, 0, 0, 0) != 0:
        sys.exit("prctl(PR_SET_PDEATHSIG) was refused")
    if os.getppid() != parent:
        sys.exit("the parent died first")
    os.umask(0o077)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and the program would inherit that
    # Nothing of ours is handed down: no AWS keys, no locale, no PostgreSQL or MariaDB settings of the developer.
    os.execve(program[0], program, {"PATH": search, "LC_ALL": "C", "TZ": "UTC"})  # noqa: S606 - no shell is wanted


main()
