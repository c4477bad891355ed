"""One run of one program: its server, its two ends, and what was seen."""

import os
import select
import subprocess
import tempfile
import time
from dataclasses import dataclass

import programs

# A connection takes about this long, whatever is sent; more of them from a
# slow starter say nothing more.
PEER_CONNECTS = 10


@dataclass
class Result:
    """Seconds and MiB. done of wanted messages arrived where they should;
    size is how many bytes did. status: -1 is cut off."""
    wall: float
    cpu: float
    peak: float
    status: int
    done: int
    wanted: int
    size: int
    said: str

    def complete(self):
        return self.done == self.wanted and self.status >= 0


class Server:
    """The load server of a workload, plain or TLS, raw or not."""

    def __init__(self, folder, work, raw, certificates):
        words = [os.path.join(folder, "server")]
        if raw:
            words += ["-r", work.path()]
        if work.tls:
            words += ["-c", os.path.join(certificates, "good.pem"),
                      "-k", os.path.join(certificates, "good.key")]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.fd = self.process.stdout.fileno()
        self.rest = b""
        self.port = int(self.lines(10)[0])

    def lines(self, seconds):
        """The whole lines that come within that time: as soon as any are
        there, those."""
        until = time.monotonic() + seconds
        while b"\n" not in self.rest:
            left = until - time.monotonic()
            if not select.select([self.fd], [], [], max(left, 0))[0]:
                return []
            piece = os.read(self.fd, 1 << 16)
            if not piece:
                raise RuntimeError("the load server died")
            self.rest += piece
        whole, self.rest = self.rest.rsplit(b"\n", 1)
        return whole.decode().split("\n")

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Bench:
    """Where things are, and the servers that are running."""

    def __init__(self, folder, certificates, limit, env):
        self.folder, self.certificates = folder, certificates
        self.limit, self.env = limit, env
        self.servers = {}

    def server(self, work, raw):
        if (work.name, raw) not in self.servers:
            self.servers[work.name, raw] = Server(self.folder, work, raw,
                                                  self.certificates)
        return self.servers[work.name, raw]

    def stop_servers(self):
        for server in self.servers.values():
            server.close()
        self.servers = {}

    def tool(self, *words):
        return [os.path.join(self.folder, words[0]),
                *(str(word) for word in words[1:])]

    def run(self, work, program, message, look):
        """A Result, or None where the program cannot do this. look: search
        the output for the messages; else count its bytes only."""
        server = self.server(work, program.raw)
        job = programs.Job(work, server.port,
                           os.path.join(self.certificates, "ca.pem"), message)
        command = program.command(job)
        if command is None:
            return None
        while server.lines(0):
            pass
        return Run(self, work, program, command, server).result(look)


class Run:
    def __init__(self, bench, work, program, command, server):
        self.bench, self.work, self.program = bench, work, program
        self.command, self.server = command, server
        self.times = 1
        if work.way == "connect":
            self.times = min(work.count, PEER_CONNECTS) \
                if program.kind == "peer" else work.count
        self.tally = self.feed = None
        self.served = []

    def start_ends(self, look):
        """What goes to the client's stdin and stdout."""
        bench, work = self.bench, self.work
        stdin, stdout = subprocess.DEVNULL, subprocess.DEVNULL
        if self.command.stdin == programs.HOLD:
            stdin = subprocess.PIPE
        elif self.command.stdin in (programs.FEED, programs.FEED_HOLD):
            words = ["-d", self.command.delay_ms, "feed", work.count,
                     work.size]
            if self.command.stdin == programs.FEED_HOLD:
                words.insert(0, "-h")
            self.feed = subprocess.Popen(
                bench.tool("ends", *words),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            stdin = self.feed.stdout
        if work.way in ("in", "echo", "connect"):
            words = ["-b"] if work.binary else []
            words += ["tally", work.size] if look else ["tally"]
            self.tally = subprocess.Popen(
                bench.tool("ends", *words),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            stdout = self.tally.stdin
        return stdin, stdout

    def launch_words(self, report):
        words = self.bench.tool("launch", "-r", report, "-l",
                                self.bench.limit, "-n", self.times)
        if self.command.stdin == programs.TRIPS:
            trips = 1 if self.work.way == "connect" else self.work.count
            words += ["-e", str(trips), "-d", str(self.command.delay_ms)]
        return words + self.command.words

    def wait(self, report, holder):
        """Until launch has said all it has to say."""
        text = b""
        while True:
            ready, _, _ = select.select([report, self.server.fd], [], [])
            if self.server.fd in ready:
                self.served += self.server.lines(0)
                if len(self.served) >= self.times and holder:
                    holder.close()
            if report in ready:
                piece = os.read(report, 1 << 16)
                if not piece:
                    return text.decode().split("\n")[:-1]
                text += piece

    def result(self, look):
        # Peers are so slow that it costs them nothing, and lose what they
        # lose in one run and not in the next.
        look = look or self.work.way == "connect" or \
            self.program.kind == "peer"
        stdin, stdout = self.start_ends(look)
        report, wanted = os.pipe()
        with tempfile.TemporaryFile() as said:
            launch = subprocess.Popen(self.launch_words(wanted), stdin=stdin,
                                      stdout=stdout, stderr=said,
                                      env=self.bench.env, pass_fds=[wanted])
            os.close(wanted)
            for end in (stdin, stdout):
                if hasattr(end, "close"):
                    end.close()
            holder = self.feed.stdin if self.feed else launch.stdin
            try:
                lines = self.wait(
                    report, None if self.command.leaves else holder)
            finally:
                os.close(report)
                if holder:
                    holder.close()
                self.end([launch, self.feed, self.tally])
            said.seek(0)
            return self.sum_up(lines, said.read(200).decode(errors="replace"),
                               look)

    def end(self, processes):
        for process in processes:
            if process is None:
                continue
            try:
                if process is self.tally:
                    self.tallied = process.stdout.read().split()
                    process.stdout.close()
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def sum_up(self, lines, said, look):
        rows = [[int(word) for word in line.split()] for line in lines]
        if not rows:
            raise RuntimeError(f"{self.program.name}: {said}")
        rows.sort()
        middle = rows[len(rows) // 2]
        status = next((row[4] for row in rows if row[4]), 0)
        done, size = self.arrived(rows, look)
        wanted = self.times if self.work.way == "connect" else self.work.count
        return Result(middle[0] / 1e6, (middle[1] + middle[2]) / 1e6,
                      max(row[3] for row in rows) / 1024, status, done,
                      wanted, size, said.strip().split("\n")[-1])

    def arrived(self, rows, look):
        """Messages and bytes at the end that the workload is about."""
        work = self.work
        if work.way == "out":
            return self.sunk(cut=any(row[4] < 0 for row in rows))
        if self.command.stdin == programs.TRIPS:
            trips = sum(row[5] for row in rows)
            return trips, trips * work.size
        if not self.tally:  # it counts for itself, and fails where it is short
            return work.count * (rows[0][4] == 0), 0
        size = int(self.tallied[0])
        if work.way == "connect" and self.program.raw:
            return self.times * all(row[4] == 0 for row in rows), size
        return int(self.tallied[1]) if look else -1, size

    def sunk(self, cut):
        """What the sink says it got."""
        if not self.served:
            self.served = self.server.lines(0 if cut else 5)
        if not self.served:
            return 0, 0
        _, messages, size, _ = (self.served[0] + " x").split()[:4]
        messages, size = int(messages), int(size)
        if self.program.raw:
            messages = size // (self.work.size + 1)
        elif size != messages * self.work.size:
            messages = 0
        return messages, size
