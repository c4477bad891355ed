"""Runs a command and writes its peak memory, in KiB, to a file:

    python3 -I -S peak.py FILE COMMAND...

A process's peak counts from before its exec, so that whoever starts it has to
be small: this is, and imports nothing.
"""

import os
import signal
import sys

pid = os.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
signal.signal(signal.SIGINT, signal.SIG_IGN)
_, status, usage = os.wait4(pid, 0)
# macOS counts bytes.
scale = 1024 if sys.platform == "darwin" else 1
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss // scale))
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else
         os.WEXITSTATUS(status))
