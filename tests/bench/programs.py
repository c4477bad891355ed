"""Who is measured: how each program is found, and its command line for each
way of a workload. One that cannot do a workload gives back None for it."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# What standard input is: nothing at all; a pipe that stays open until the
# server has said that the connection is over; the lines to send, to their end;
# the same, then open like `hold`; launch's own pipe, a line at a time.
NULL, HOLD, FEED, FEED_HOLD, TRIPS = "null", "hold", "feed", "feed-hold", \
    "trips"


@dataclass
class Command:
    words: list
    stdin: str = NULL
    delay_ms: int = 0  # before the first line
    leaves: bool = True  # when the server closes; else at its input's end


@dataclass
class Job:
    """A workload, and where its server is."""
    work: object
    port: int
    ca: str
    message: str

    def url(self, suffix=""):
        scheme = "wss" if self.work.tls else "ws"
        return f"{scheme}://127.0.0.1:{self.port}{self.work.path()}{suffix}"

    def counted_url(self):
        """For who would not see its input's end: the sink closes."""
        return self.url(f"?n={self.work.count}"
                        if self.work.way == "out" else "")


class Program:
    """kind: "wstap", "floor" or "peer". raw: talks no WebSocket."""

    def __init__(self, name, kind, make, find, raw=False):
        self.name, self.kind, self.raw = name, kind, raw
        self._make, self._find = make, find
        self.words, self.about = None, ""

    def find(self):
        """The words that start it, or None and why it is left out."""
        self.words, self.about = self._find()
        return self.words is not None

    def command(self, job):
        """Its Command for a job, or None."""
        if self.kind == "peer" and not job.work.peers:
            return None
        return self._make(self.words, job)


def output_of(*words):
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, timeout=20,
                              stderr=subprocess.STDOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def on_path(name, *version):
    def find():
        path = shutil.which(name)
        if path is None:
            return None, "not installed"
        text = output_of(path, *version) if version else path
        line = re.search(r".*\d+\.\d+.*", text)
        return [path], line.group().strip()[:60] if line else path
    return find


def simple(**ways):
    """ways: a way's name -> a function of a job, giving a Command or None."""
    def make(words, job):
        way = ways.get(job.work.way)
        command = way(job) if way else None
        if command:
            command.words = words + command.words
        return command
    return make


# wstap


def find_wstap():
    path = os.environ.get("WSTAP") or os.path.join(ROOT, "build/release/wstap")
    if not os.access(path, os.X_OK):
        return None, f"no {path}: run make"
    return [os.path.abspath(path)], output_of(path, "-V").split("\n")[0]


WSTAP = simple(
    **{"in": lambda job: Command(["-w", "inf", job.url()]),
       "out": lambda job: Command(["-w", "0", job.url()], FEED),
       "echo": lambda job: Command(["-w", "0", job.url()], FEED),
       "trips": lambda job: Command(["-w", "0", job.url()], TRIPS),
       "connect": lambda job: Command(["-1", "-x", job.message, job.url()])})

# Floors: the same bytes without WebSocket


def find_floor(folder):
    return lambda: ([os.path.join(folder, "floor")], "recv() and write()")


def loop(words, job):
    work, port = job.work, str(job.port)
    if work.tls:
        port = ["-t", port]
    else:
        port = [port]
    if work.way in ("in", "out"):
        return Command([*words, work.way, *port],
                       FEED if work.way == "out" else NULL)
    if work.way == "connect":
        return Command([*words, "trips", *port, "1"])
    return Command([*words, "both", *port],
                   FEED if work.way == "echo" else TRIPS)


def splice(words, job):
    if job.work.way != "in" or job.work.tls:
        return None
    return Command([*words, "splice", str(job.port)])


def direct(words, job):
    if job.work.way != "trips":
        return None
    return Command([*words, "trips", str(job.port), str(job.work.count)])


def netcat(words, job):
    if job.work.tls:
        return None
    to = ["127.0.0.1", str(job.port)]
    if job.work.way == "in":
        return Command([*words, "-d", *to])
    stdin = FEED if job.work.way in ("out", "echo") else TRIPS
    return Command([*words, "-N", *to], stdin)


def find_netcat():
    path = shutil.which("nc.openbsd") or shutil.which("nc")
    if path is None or "OpenBSD" not in output_of(path, "-h"):
        return None, "OpenBSD's netcat is not installed"
    return [path], output_of(path, "-h").split("\n")[0]


def socat(words, job):
    to = f"TCP:127.0.0.1:{job.port},nodelay"
    if job.work.tls:
        if job.work.way == "connect":
            return None
        to = f"OPENSSL:127.0.0.1:{job.port},verify=0"
    if job.work.way == "in":
        return Command([*words, "-u", to, "STDOUT"])
    if job.work.way == "out":
        return Command([*words, "-u", "STDIN", to], FEED)
    stdin = FEED if job.work.way == "echo" else TRIPS
    # After one side's end it leaves the other half a second only.
    return Command([*words, "-t", "60", "-", to], stdin)


def s_client(words, job):
    if not job.work.tls or job.work.way != "in":
        return None
    return Command([*words, "s_client", "-quiet", "-connect",
                    f"127.0.0.1:{job.port}"])


# Peers


def find_wscat():
    script = os.path.join(ROOT, "tests/node_modules/wscat/bin/wscat")
    node = shutil.which("node")
    if node is None or not os.path.exists(script):
        return None, "node or tests/node_modules/wscat is missing"
    return [node, script], f"{output_of(node, script, '-V')}, node " \
        f"{output_of(node, '-v')}"


def wscat(words, job):
    if job.work.tls:
        words = words + ["--ca", job.ca]
    words = words + ["-c", job.counted_url()]
    if job.work.way == "connect":
        return Command(words + ["-x", job.message, "-w", "0"], HOLD)
    # Lines that it reads before it has connected are lost.
    return Command(words, {"in": HOLD, "out": FEED_HOLD, "echo": FEED,
                           "trips": TRIPS}[job.work.way], 300)


def websocat(words, job):
    work = job.work
    words = words + ["-q", "-b" if work.binary else "-t", "-B",
                     str(work.size + 64)]
    if work.way == "in":
        return Command([*words, "-U", job.url()])
    if work.way == "out":
        return Command([*words, "-u", job.url()], FEED)
    if work.way == "connect":
        return Command([*words, "-E", job.url()], TRIPS)
    return Command([*words, job.url()],
                   FEED if work.way == "echo" else TRIPS)


def find_curl():
    path = shutil.which("curl")
    if path is None:
        return None, "not installed"
    version = output_of(path, "--version")
    if not re.search(r"^Protocols:.*\bws\b", version, re.M):
        return None, f"{' '.join(version.split()[:2])} has no ws"
    return [path], " ".join(version.split()[:2])


def curl(words, job):
    # It prints what comes in; only that can be asked of its command line.
    if job.work.way != "in":
        return None
    return Command([*words, "-s", "-N", job.url()])


def find_websockets():
    for python in (sys.executable, "/usr/bin/python3"):
        version = output_of(python, "-c", "import websockets as w;"
                            "print(w.__version__)")
        if re.fullmatch(r"[\d.]+", version):
            return [python, "-m", "websockets"], version
    return None, "no python3 has the module websockets"


def websockets(words, job):
    stdin = {"in": HOLD, "out": FEED_HOLD, "echo": FEED}
    return Command([*words, job.counted_url()],
                   stdin.get(job.work.way, TRIPS))


def wsdump(words, job):
    stdin = {"in": HOLD, "out": FEED_HOLD, "echo": FEED}
    # It reads no trust store that can be named.
    check = ["-n"] if job.work.tls else []
    return Command([*words, "-r", *check, job.counted_url()],
                   stdin.get(job.work.way, TRIPS), leaves=False)


def programs(folder):
    """All that could take part, in the table's order; folder has floor."""
    floor = find_floor(folder)
    return [
        Program("wstap", "wstap", WSTAP, find_wstap),
        Program("loop", "floor", loop, floor, raw=True),
        Program("splice", "floor", splice, floor, raw=True),
        Program("direct", "floor", direct, floor, raw=True),
        Program("nc", "floor", netcat, find_netcat, raw=True),
        Program("socat", "floor", socat, on_path("socat", "-V"), raw=True),
        Program("s_client", "floor", s_client, on_path("openssl", "version"),
                raw=True),
        Program("wscat", "peer", wscat, find_wscat),
        Program("websocat", "peer", websocat, on_path("websocat", "-V")),
        Program("curl", "peer", curl, find_curl),
        Program("websockets", "peer", websockets, find_websockets),
        Program("wsdump", "peer", wsdump, on_path("wsdump")),
    ]
