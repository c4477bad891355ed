"""What is measured: a table of workloads, and what wstap is to reach."""

from dataclasses import dataclass

MIB = 1 << 20
MESSAGE = "~bench-message-0"  # a payload of the smallest size


@dataclass
class Goal:
    """At most `factor` times what `of` took: a program's name, "wstap" for its
    slower one-way figure, or None for seconds."""
    factor: float
    of: str = None

    def text(self):
        if self.of is None:
            return f"<= {self.factor * 1000:g} ms"
        if self.of == "wstap":
            return f"<= {self.factor:g} x one way"
        return f"<= {self.factor:g} x {self.of}"


@dataclass
class Workload:
    """way: "in", "out", "echo", "trips" or "connect". The payloads are text
    unless binary. peers: whether programs that are neither wstap nor a floor
    take part."""
    name: str
    title: str
    way: str
    count: int
    size: int
    goal: Goal
    binary: bool = False
    tls: bool = False
    peers: bool = True

    def bytes(self):
        return self.count * self.size

    def path(self):
        if self.way == "in":
            kind = "binary" if self.binary else "text"
            return f"/source?n={self.count}&size={self.size}&type={kind}"
        return "/sink" if self.way == "out" else "/echo"


TABLE = [
    Workload("connect", "connect, a message, its echo, close", "connect", 50,
             16, Goal(0.004)),
    Workload("connect-tls", "the same over TLS, the system's trust store",
             "connect", 50, 16, Goal(0.008), tls=True),
    Workload("in-64", "1 M x 64 B text in, to a pipe", "in", 1_000_000, 64,
             Goal(1.2, "nc")),
    Workload("in-64-long", "20 M x 64 B text in, to a pipe", "in", 20_000_000,
             64, Goal(1, "nc"), peers=False),
    Workload("in-1m", "2,000 x 1 MiB binary in, to a pipe", "in", 2000, MIB,
             Goal(0.7, "nc"), binary=True),
    Workload("out-64", "1 M x 64 B out, from a pipe", "out", 1_000_000, 64,
             Goal(1.3, "loop")),
    Workload("out-1m", "500 x 1 MiB out, from a pipe", "out", 500, MIB,
             Goal(1.3, "loop")),
    Workload("echo", "1 M lines echoed, end of input, all printed", "echo",
             1_000_000, 64, Goal(2, "wstap")),
    Workload("in-64-tls", "1 M x 64 B in over TLS, to a pipe", "in", 1_000_000,
             64, Goal(1, "loop"), tls=True),
    Workload("in-1m-tls", "2,000 x 1 MiB binary in over TLS, to a pipe", "in",
             2000, MIB, Goal(1, "loop"), binary=True, tls=True),
    Workload("trips", "10,000 round trips of 64 B, a co-process", "trips",
             10_000, 64, Goal(1.7, "direct")),
    Workload("giant", "one message of 1 GiB in, to a pipe", "in", 1,
             1024 * MIB, Goal(1, "loop")),
]

# The peak memory of wstap in any of these, in MiB.
PEAK_GOAL = 8
# The slower of these is what the echo is compared with.
ONE_WAY = ("in-64", "out-64")


def shrink(work):
    """To try the bench itself: a twentieth of everything."""
    if work.count == 1:
        work.size //= 20
    else:
        work.count = max(work.count // 20, 5)
    return work
