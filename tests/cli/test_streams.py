"""Big streams: identical, no deadlock, constant memory."""

import hashlib
import os
import random
import socket
import sys
import time

import corpus
from harness import (HERE, TMP, WSTAP, Listening, Run, check, equal, sanitized,
                     test, wstap)
from real import Echo
from scripted import Conversation, Server, Unexpected

MIB = 1 << 20
MOST = 16 * 1024  # KiB
PEAK = os.path.join(HERE, "peak.py")
MANY = (b"x" * 63 + b"\n") * 10000


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16], len(data)


def measured(arguments):
    """The command, by way of peak.py, and the file that it writes to."""
    file = os.path.join(TMP, f"peak-{os.getpid()}")
    return [sys.executable, "-I", "-S", PEAK, file, WSTAP, *arguments], file


def small(file):
    """Whether the peak is what it may be; a sanitizer's is its own."""
    with open(file) as f:
        peak = int(f.read())
    check(sanitized() or peak < MOST, f"peak memory is {peak} KiB")


def through(url, data, *options, wait="0", timeout=100):
    """Pipes data through an echo server: the same comes out."""
    command, file = measured(["-w", wait, *options, url])
    with Run(command, stdin=data) as run:
        status = run.wait(timeout)
        equal(run.text(), "", "stderr")
        equal(status, 0, "status")
        equal(digest(run.out), digest(data), "output")
    small(file)


def lines(size):
    """Lines of all lengths, empty ones and one of 3 MiB among them."""
    chance = random.Random(1)
    alphabet = bytes(range(33, 127)) * 8000
    out, n = [], 0
    while n < size:
        length = int(2 ** chance.uniform(0, 16)) - 1
        at = chance.randrange(1000)
        out.append(alphabet[at:at + length] + b"\n")
        n += length + 1
    out.append(b"x" * (3 * MIB) + b"\n")
    return b"".join(out)


SEQ = b"".join(b"%d\n" % i for i in range(1, 100001))


@test
def seq_through_node_ws():
    with Echo("ws") as echo:
        through(echo.url, SEQ)


@test
def seq_through_python_websockets():
    # Once it is told to close it forgets what it has not echoed yet.
    with Echo("websockets") as echo:
        through(echo.url, SEQ, wait="1")


@test
def seq_through_wstap():
    with Listening("-e") as echo:
        through(echo.url, SEQ)


@test
def lines_of_all_lengths_through_node_ws():
    with Echo("ws") as echo:
        through(echo.url, lines(8 * MIB))


@test
def lines_of_all_lengths_through_wstap():
    with Listening("-e") as echo:
        through(echo.url, lines(8 * MIB))


@test(timeout=120)
def bytes_64_MiB_each_way_without_deadlock():
    with Echo("slow") as echo:
        through(echo.url, lines(64 * MIB))


@test(timeout=120)
def bytes_64_MiB_as_one_message():
    with Listening("-e") as echo:
        text = "0123456789abcd€".encode()
        through(echo.url, text * (64 * MIB // len(text)) + b"\n")


@test
def binary_as_one_message():
    with Echo("slow") as echo:
        data = bytes(range(256)).replace(b"\n", b"") * 40000 + b"\n"
        through(echo.url, data, "-b")


@test
def it_sleeps_while_nobody_reads():
    """A large binary message, a full pipe, and more to come: nothing to do
    until the reader reads, and it does nothing."""
    def script(peer):
        peer.handshake()
        try:
            while True:
                peer.frame("binary", bytes(8 * MIB))
        except OSError:
            pass

    reading, writing = os.pipe()
    with Server(script) as server, Run([WSTAP, server.url],
                                       close_stdin=False,
                                       stdout=writing) as run:
        os.close(writing)
        time.sleep(1)
        seen = []
        for _ in range(20):
            with open(f"/proc/{run.process.pid}/stat",
                      encoding="ascii") as stat:
                seen.append(stat.read().rpartition(")")[2].split()[0])
            time.sleep(0.02)
        run.kill()
    os.close(reading)
    check(seen.count("S") > 15, f"it is busy: {seen}")


@test
def what_never_arrived_behind_our_close():
    """The system took all of it, and our close; the server read nothing, and
    ends with a reset: that is no good end."""
    def script(peer):
        peer.handshake()
        time.sleep(0.7)
        peer.rst()

    with Server(script) as server:
        status, out, err = wstap("-w", "0", server.url,
                                 stdin=MANY)
        equal((status, out), (55, b""), "status and output")
        check("connection lost: " in err and err.rstrip().endswith(
            "before at least 256 messages had arrived"), err)


class SmallWindow(Server):
    """Its system takes little that it has not read."""

    def __init__(self, script):
        super().__init__(script)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)


@test
def what_is_taken_slowly_behind_our_close():
    """The closing handshake has its 5 s from the latest byte that was taken:
    what is said behind all of it is heard."""
    def script(peer):
        peer.handshake()
        for _ in range(2):
            time.sleep(4)
            for _ in range(5000):
                peer.expect("text")
        peer.frame("text", "late")
        peer.finish()

    with SmallWindow(script) as server:
        equal(wstap("-w", "0", server.url, stdin=MANY), (0, b"late\n", ""),
              "the run")


@test
def what_nobody_takes_behind_our_close():
    with SmallWindow(lambda peer: (peer.handshake(), time.sleep(12))) as server:
        equal(wstap("-w", "0", server.url, stdin=MANY),
              (55, b"", "wstap: the server took nothing more for 5 s, before "
                        "at least 256 messages had arrived\n"), "the run")


@test
def a_slow_reader_of_standard_output():
    """Back-pressure: what is not read stays with the server, but for what
    the system's buffers hold."""
    data = corpus.noise(MIB)
    sent = 0

    def script(peer):
        nonlocal sent
        peer.handshake()
        for _ in range(96):
            peer.frame("binary", data)
            sent += 1
        peer.close(1000)
        peer.finish()

    command, file = measured(["$URL"])
    with Server(script) as server:
        command[-1] = server.url
        reading, writing = os.pipe()
        with Run(command, close_stdin=False, stdout=writing) as run:
            os.close(writing)
            time.sleep(1.5)
            check(sent < 64, f"{sent} of 96 MiB were taken in")
            got = bytearray()
            while True:
                piece = os.read(reading, 65536)
                if not piece:
                    break
                got += piece
            os.close(reading)
            equal(run.wait(), 0, "status")
            equal(digest(got), digest((data + b"\n") * 96), "output")
    small(file)


@test
def a_server_that_does_not_read_for_a_while():
    data = lines(24 * MIB)

    def script(peer):
        peer.handshake()
        time.sleep(1.5)
        got = bytearray()
        while True:
            frame = peer.read_frame()
            if frame.name == "close":
                break
            got += frame.payload + b"\n" * frame.fin
        equal(digest(got), digest(data), "what the server got")
        peer.close(1000)

    command, file = measured(["-w", "0", ""])
    with Server(script) as server:
        command[-1] = server.url
        with Run(command, stdin=data) as run:
            equal(run.wait(60), 0, "status")
    small(file)


@test
def neither_reads_until_both_are_full():
    """Both sides send 16 MiB before they read a byte."""
    data = corpus.noise(MIB)

    def script(peer):
        peer.handshake()
        for _ in range(16):
            peer.frame("binary", data)
        for _ in range(16):
            equal(digest(peer.read_message()[1]), digest(data), "a message")
        peer.expect_close(1000)
        peer.close(1000)

    command, file = measured(["-b", "-w", "0", ""])
    with Server(script) as server:
        command[-1] = server.url
        with Run(command, stdin=(data + b"\n") * 16) as run:
            equal(run.wait(60), 0, "status")
            equal(digest(run.out), digest((data + b"\n") * 16), "output")
    small(file)


@test
def a_ping_flood():
    """Whatever number of pings: the latest is answered, memory stays."""
    flood = b"\x89\x7d" + b"p" * 125

    def script(peer):
        peer.handshake()
        for _ in range(100):
            peer.send(flood * 1000)
        peer.frame("ping", "last")
        peer.frame("text", "done")
        while True:
            frame = peer.read_frame()
            if frame is None or frame.name != "pong":
                raise Unexpected(f"a pong is missing: {frame}")
            if frame.payload == b"last":
                break
        peer.close(1000)
        peer.finish()

    command, file = measured([""])
    with Server(script) as server:
        command[-1] = server.url
        with Run(command, close_stdin=False) as run:
            equal(run.wait(), 0, "status")
            equal(bytes(run.out), b"done\n", "output")
    small(file)


@test
def a_message_of_very_many_empty_fragments():
    def script(peer):
        peer.handshake()
        peer.frame("text", "a", fin=0)
        for _ in range(100):
            peer.send(b"\x00\x00" * 10000)
        peer.frame("continuation", "b")
        peer.close(1000)
        peer.finish()

    command, file = measured([""])
    with Server(script) as server:
        command[-1] = server.url
        with Run(command, close_stdin=False) as run:
            equal(run.wait(), 0, "status")
            equal(bytes(run.out), b"ab\n", "output")
    small(file)


@test
def a_frame_that_says_it_is_endless():
    def script(peer):
        peer.handshake()
        peer.frame("binary", "x" * 1000, length=(1 << 63) - 1)
        peer.hangup()

    command, file = measured([""])
    with Server(script) as server:
        command[-1] = server.url
        with Run(command, close_stdin=False) as run:
            equal(run.wait(), 56, "status")
            equal(bytes(run.out), b"x" * 1000, "output")
    small(file)


@test
def a_line_goes_out_while_the_input_is_still_open():
    with Conversation() as server, Run([WSTAP, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        run.write(b"one\ntw")
        peer.expect("text", "one")
        peer.expect_nothing(0.2)
        run.write(b"o\n")
        peer.expect("text", "two")
        peer.frame("text", "reply")
        run.write(b"three")
        run.close_stdin()
        peer.expect("text", "three")
        peer.close(1000)
        peer.expect_close(1000)
        peer.hangup()
        equal(run.wait(), 0, "status")
        equal(bytes(run.out), b"reply\n", "stdout")


@test
def output_to_a_file_and_input_from_one():
    with Echo("ws") as echo:
        there = os.path.join(TMP, f"in-{os.getpid()}")
        back = os.path.join(TMP, f"out-{os.getpid()}")
        with open(there, "wb") as file:
            file.write(SEQ)
        with Run(f"wstap -w 0 {echo.url} <{there} >{back}") as run:
            equal(run.wait(), 0, "status")
        with open(back, "rb") as file:
            equal(digest(file.read()), digest(SEQ), "the file")
