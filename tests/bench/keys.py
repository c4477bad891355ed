"""How fast the prompt answers keys while messages pour in.

    scripts/python tests/bench/keys.py [--rate N] [--seconds N] [--kind KIND]
        [--drain BYTES] [wstap's options ...]

Without options of its own it runs the table: text at 10,000 and 100,000
messages a second and as fast as it goes, with -T, JSON with -j, binary; then
with a terminal that takes 1 MB a second, and 100 KB. WSTAP names the program.

A key is typed every 20 to 50 ms, and its delay counts until its letter has
come out of the pseudo-terminal; after twenty, Enter, whose delay counts until
the server has the line. The messages are numbered: each has to come out
whole, and in order. Nothing here passes or fails.
"""

import argparse
import multiprocessing
import os
import random
import select
import socket
import statistics
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

import flood  # noqa: E402  (its folder is on the path from here on)
from harness import sanitized  # noqa: E402
from memory import peak_of  # noqa: E402
from terminal import Terminal  # noqa: E402
from scripted import Peer  # noqa: E402  (harness adds its folder)

# In no message, and in no sequence for a terminal.
KEYS = "GINOQRUVWYjkopqsuvwz"
PREPARED = 1 << 21  # messages; more are not sent
PATIENCE = 30


def serve(listener, options, pipe):
    """A process: sends messages, and says what became of it."""
    sock, _ = listener.accept()
    peer = Peer(sock)
    peer.handshake()
    sock.settimeout(None)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
    lines = {}

    def receive():
        while (frame := peer.read_frame(3600)) is not None:
            if frame.name == "close":
                peer.close(frame.code)
                peer.eof()
                return
            lines.setdefault(frame.payload.decode(), time.monotonic())

    threading.Thread(target=receive, daemon=True).start()
    step = max(1, (options.rate or 500000) // 500)
    most = min(PREPARED, int((options.rate or PREPARED) * options.seconds))
    blocks = [flood.frames(options.kind, n, step)
              for n in range(0, most, step)]
    pipe.send("ready")
    pipe.recv()
    began = due = time.monotonic()
    sent = 0
    for block in blocks:
        now = time.monotonic()
        if now - began > options.seconds:
            break
        if options.rate:
            # A server that was held back does not hurry afterwards.
            due = max(due, now - 0.05)
            time.sleep(max(0, due - now))
            due += step / options.rate
        sock.sendall(block)
        sent += step
    pipe.send((sent, time.monotonic() - began))
    pipe.recv()
    pipe.send(lines)
    pipe.recv()


class Screen:
    """What a terminal does: reads, as fast as it can or may."""

    def __init__(self, terminal, drain):
        self.terminal, self.drain = terminal, drain
        self.output, self.reads = bytearray(), 0
        self.next = 0.0

    def read(self, until):
        """Reads once, where something comes before that time."""
        now = time.monotonic()
        if self.drain and self.next > now:
            time.sleep(max(0, min(self.next, until) - now))
            if self.next > until:
                return b""
        left = max(0, until - time.monotonic())
        if not select.select([self.terminal.master], [], [], left)[0]:
            return b""
        data = os.read(self.terminal.master, 4096)
        if self.drain:
            self.next = (max(self.next, time.monotonic() - 0.02) +
                         len(data) / self.drain)
        self.reads += 1
        self.output += data
        return data


class Typist:
    """Types letters, and sees when they come out."""

    def __init__(self, screen):
        self.screen = screen
        self.typed, self.line, self.waiting = 0, "", {}
        self.delays, self.entered = [], {}
        self.at = 0  # in the output: what was looked through

    def type(self):
        if len(self.line) == len(KEYS):
            # A line that isn't there yet can't be waited for after it.
            if not self.waiting:
                self.entered[self.line] = time.monotonic()
                self.screen.terminal.type("\r")
                self.line = ""
            return
        shift = len(self.entered) % len(KEYS)
        key = (KEYS[shift:] + KEYS[:shift])[len(self.line)]
        self.waiting[key] = (time.monotonic(), len(self.screen.output))
        self.line += key
        self.typed += 1
        self.screen.terminal.type(key)

    def look(self):
        now = time.monotonic()
        for key, (since, at) in list(self.waiting.items()):
            if self.screen.output.find(key.encode(), max(at, self.at)) >= 0:
                self.delays.append(now - since)
                del self.waiting[key]
        self.at = len(self.screen.output)


def counters(pid):
    """Writes, and the CPU time so far."""
    with open(f"/proc/{pid}/io") as file:
        writes = next(int(line.split()[1]) for line in file
                      if line.startswith("syscw"))
    with open(f"/proc/{pid}/stat") as file:
        ticks = file.read().rpartition(")")[2].split()[11:13]
    return writes, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def flooded(screen, typist, pipe):
    """Types until the server has no more; gives back what it says."""
    next_key = time.monotonic() + 0.1
    began = time.monotonic()
    while not pipe.poll():
        screen.read(next_key)
        typist.look()
        if time.monotonic() >= next_key:
            typist.type()
            next_key = time.monotonic() + random.uniform(0.02, 0.05)
    return *pipe.recv(), len(screen.output), time.monotonic() - began


def settle(screen, typist):
    """What is still under way, as fast as it comes."""
    quiet = 0
    screen.drain = 0
    while quiet < 3:
        quiet = 0 if screen.read(time.monotonic() + 0.2) else quiet + 1
        typist.look()


def milliseconds(times):
    if not times:
        return "none"
    times = sorted(1000 * t for t in times)

    def part(share):
        return times[min(len(times) - 1, int(share * len(times)))]
    return (f"median {statistics.median(times):.1f}, p95 {part(.95):.1f}, "
            f"p99 {part(.99):.1f}, max {times[-1]:.1f} ms")


def faults(kind, output, sent):
    """What is wrong with the messages on the screen."""
    came = flood.shown(kind, output)
    missing = sorted(set(range(sent)) - set(came))
    said = f"{sent - len(missing)} of {sent} whole on the screen"
    if missing:
        said += f", the first that is not: {missing[0]}"
    if came != sorted(set(came)):
        said += ", OUT OF ORDER or twice"
    return said


def report(options, screen, typist, said, before, after, peaks, lines):
    sent, took, size, watched = said
    seen = len(flood.shown(options.kind, screen.output[:size])) / watched
    entered = [lines[line] - since for line, since in typist.entered.items()
               if line in lines]
    writes = after[0] - before[0]
    wanted = f"{options.rate:,} a second" if options.rate else "at full speed"
    drain = (f", a terminal that takes {options.drain // 1000} KB/s"
             if options.drain else "")
    print(f"""{' '.join([options.kind, *options.options])} {wanted}{drain}
  messages   {sent:,} sent in {took:.2f} s; {seen:,.0f} a second on the \
screen, {size / watched / 1e6:.1f} MB/s
  lost       {faults(options.kind, screen.output, sent)}
  keys       {len(typist.delays)} of {typist.typed} echoed: \
{milliseconds(typist.delays)}
  Enter      {len(entered)} of {len(typist.entered)} lines sent: \
{milliseconds(entered)}
  writes     {writes:,}: {writes / sent:.4f} a message, \
{len(screen.output) // max(1, writes):,} bytes each; \
{screen.reads:,} reads by the terminal
  wstap      CPU {after[1] - before[1]:.2f} s, peak memory \
{peaks[0]} KiB after a moment, {peaks[1]} KiB at the end""", flush=True)


def measure(options):
    listener = socket.create_server(("127.0.0.1", 0))
    pipe, other = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, daemon=True,
                                     args=(listener, options, other))
    server.start()
    url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    with Terminal([*options.options, url]) as terminal:
        screen = Screen(terminal, options.drain)
        typist = Typist(screen)
        pipe.recv()
        before = counters(terminal.pid)
        pipe.send("go")
        peaks = []
        timer = threading.Timer(
            options.seconds / 5, lambda: peaks.append(peak_of(terminal.pid)))
        timer.start()
        said = flooded(screen, typist, pipe)
        settle(screen, typist)
        after = counters(terminal.pid)
        timer.join()
        peaks.append(peak_of(terminal.pid))
        pipe.send("lines")
        lines = pipe.recv()
        report(options, screen, typist, said, before, after, peaks, lines)
        pipe.send("end")
        server.join(5)
    listener.close()


def table(options):
    """The usual ones."""
    slow, slower = 1000000, 100000
    for kind, rate, drain, words in (
            ("text", 10000, 0, []), ("text", 100000, 0, []),
            ("text", 0, 0, []), ("text", 100000, 0, ["-T"]),
            ("json", 100000, 0, ["-j"]), ("json", 0, 0, ["-j"]),
            ("binary", 100000, 0, []), ("binary", 0, 0, []),
            ("text", 10000, slow, []), ("text", 100000, slow, []),
            ("json", 100000, slow, ["-j"]), ("binary", 100000, slow, []),
            ("text", 100000, slower, [])):
        measure(argparse.Namespace(kind=kind, rate=rate, drain=drain,
                                   options=words, seconds=options.seconds))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rate", type=int, metavar="N",
                        help="messages a second; 0: as fast as it goes")
    parser.add_argument("--seconds", type=float, default=5, metavar="N",
                        help="how long each goes on (5)")
    parser.add_argument("--kind", choices=flood.KINDS, default="text")
    parser.add_argument("--drain", type=int, default=0, metavar="BYTES",
                        help="what the terminal takes a second; 0: all")
    options, options.options = parser.parse_known_args()
    if sanitized():
        print("built with a sanitizer: its times say little")
    if options.rate is None:
        table(options)
    else:
        measure(options)


if __name__ == "__main__":
    main()
