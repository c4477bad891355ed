"""How much memory wstap takes at most."""

import os
import sys

from harness import HERE, TMP, WSTAP, check, sanitized

MOST = 16 * 1024  # KiB


def measured(name):
    """The words to run wstap with so that its peak is known: they come before
    its arguments; and the file that the peak is written to."""
    file = os.path.join(TMP, f"peak-{name}-{os.getpid()}")
    return [sys.executable, "-I", "-S", os.path.join(HERE, "peak.py"), file,
            WSTAP], file


def peak_in(file):
    with open(file) as f:
        return int(f.read())


def peak_of(pid):
    """That of a process that runs: on Linux; 0 elsewhere."""
    try:
        with open(f"/proc/{pid}/status") as f:
            return next(int(line.split()[1]) for line in f
                        if line.startswith("VmHWM"))
    except OSError:
        return 0


def little(*peaks):
    """Fails where one is too much; a sanitizer's is its own."""
    for peak in peaks:
        check(sanitized() or peak < MOST, f"peak memory is {peak} KiB")
