"""--reconnect: what is sent, again or once."""

import fcntl
import re
import socket
import struct
import termios
import time

from harness import WSTAP, Run, check, equal, test, wait_until
import frames
from scripted import free_port
from sequence import Sequence, again, end, runs
from together import Together, together

waiting = Together()


@waiting.test
def execute_is_sent_on_each_connection():
    def subscribed(peer):
        peer.handshake()
        peer.expect("text", "subscribe")
        peer.expect("text", "to all")

    def last(peer):
        subscribed(peer)
        peer.frame("text", "news")
        end(peer)
    run = runs(Sequence(subscribed, subscribed, last), "--reconnect", "-w",
               "inf", "-x", "subscribe", "-x", "to all")
    equal(bytes(run.out), b"news\n", "stdout")
    equal(len(again(run)), 2, "attempts")


@waiting.test
def execute_again_and_then_on_with_standard_input():
    got = []

    def script(peer):
        peer.handshake()
        peer.expect("text", "hello")
        got.append(peer.expect("text").payload)

    def last(peer):
        script(peer)
        end(peer)
    with Sequence(script, last) as server, Run(
            [WSTAP, "--reconnect", "-i", "-x", "hello", server.url],
            close_stdin=False) as run:
        run.write(b"one\n")
        wait_until(lambda: again(run), "the first one's end")
        run.write(b"two\n")
        equal(run.wait(), 0, "status")
    equal(got, [b"one", b"two"], "lines")


@waiting.test
def input_from_before_the_first_connection():
    port = free_port()
    got = []

    def script(peer):
        peer.handshake()
        for _ in range(3):
            got.append(peer.expect("text").payload)
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    with Run([WSTAP, "--reconnect", "-w", "0", f"ws://127.0.0.1:{port}/"],
             stdin=b"one\ntwo\nthree\n") as run:
        wait_until(lambda: again(run), "the first attempt's line")
        with Sequence(script, port=port):
            equal(run.wait(), 0, "status")
    equal(got, [b"one", b"two", b"three"], "lines")


@waiting.test
def lines_go_to_whoever_is_there():
    """A line at a time, each connection taking one."""
    got = []

    def script(peer):
        peer.handshake()
        got.append(peer.expect("text").payload)

    def last(peer):
        script(peer)
        end(peer)
    with Sequence(script, script, last) as server, Run(
            [WSTAP, "--reconnect", server.url], close_stdin=False) as run:
        for n in range(3):
            run.write(b"line %d\n" % n)
            wait_until(lambda n=n: len(got) == n + 1, f"line {n}")
            if n < 2:
                wait_until(lambda n=n: len(again(run)) == n + 1, "the loss")
        equal(run.wait(), 0, "status")
    equal(got, [b"line 0", b"line 1", b"line 2"], "lines")


def payload_number(payload):
    return int(payload.split()[0])


class Reader:
    """Scripts that keep the numbers of the messages which came."""

    def __init__(self):
        self.got = []  # of each connection: those that its system took

    def some(self, count, settle=0.7):
        """Reads so many, stops reading until nothing moves, and resets."""
        def script(peer):
            peer.handshake()
            got = [payload_number(peer.read_message()[1])
                   for _ in range(count)]
            time.sleep(settle)
            # What was acknowledged and never read: looked at, and left.
            waiting = struct.unpack("i", fcntl.ioctl(
                peer.sock, termios.FIONREAD, b"\0" * 4))[0]
            rest = bytearray(peer.buffer)
            if waiting:
                rest += peer.sock.recv(waiting, socket.MSG_PEEK)
            while True:
                frame, used = frames.parse(rest)
                if not frame:
                    break
                del rest[:used]
                got.append(payload_number(frame.payload))
            self.got.append(got)
            peer.rst()
        return script

    def all(self, peer):
        peer.handshake()
        got = []
        while True:
            frame = peer.read_frame()
            if frame.name == "close":
                break
            got.append(payload_number(frame.payload))
        self.got.append(got)
        peer.close(1000)
        peer.eof()
        peer.expect_eof()


def doubts(run):
    """How many messages may be lost, by what is said; None: any number."""
    said = 0
    for line in run.text().splitlines():
        match = re.match(r"wstap: (at least )?(\d+) of the messages", line)
        if match:
            said = None if match[1] or said is None else said + int(match[2])
    return said


def accounted(reader, run, count):
    """In order, nothing twice, and what is missing was said."""
    got = [n for connection in reader.got for n in connection]
    equal(got, sorted(set(got)), "the order, and each once")
    missing = count - len(got)
    said = doubts(run)
    check(said is None or missing <= said,
          f"{missing} are missing, {said} were said to be in doubt")
    equal(got[-1], count - 1, "the last")
    return missing


@test
def input_is_kept_in_order_and_sent_once():
    """More than the system takes, in messages few enough to be told."""
    count = 400
    data = b"".join(b"%d %s\n" % (n, b"x" * 60000) for n in range(count))
    reader = Reader()
    server = Sequence(reader.some(20), reader.some(30), reader.all,
                      receive=4096)
    with server, Run([WSTAP, "--reconnect", "-w", "0", server.url],
                     stdin=data) as run:
        equal(run.wait(), 0, "status")
    equal(len(again(run)), 2, "attempts")
    missing = accounted(reader, run, count)
    equal(missing, doubts(run), "what is missing, and what was said")


@test
def many_small_messages_are_kept_too():
    count = 60000
    data = b"".join(b"%d %s\n" % (n, b"x" * 100) for n in range(count))
    reader = Reader()
    server = Sequence(reader.some(100), reader.all, receive=4096)
    with server, Run([WSTAP, "--reconnect", "-w", "0", server.url],
                     stdin=data) as run:
        equal(run.wait(), 0, "status")
    check(accounted(reader, run, count) < count // 2, "most of it came")


@waiting.test
def nothing_is_lost_between_messages():
    """A server that read all that was sent."""
    count = 3
    reader = Reader()
    server = Sequence(reader.some(1, 0.1), reader.some(1, 0.1), reader.all)
    with server, Run([WSTAP, "--reconnect", "-w", "0", server.url],
                     close_stdin=False) as run:
        for n in range(count):
            run.write(b"%d\n" % n)
            if n < 2:
                wait_until(lambda n=n: len(again(run)) == n + 1, "the loss")
        run.close_stdin()
        equal(run.wait(), 0, "status")
    equal(reader.got, [[0], [1], [2]], "what came")
    equal(doubts(run), 0, "what may be lost")


@test
def a_record_cut_off_is_told_and_the_next_is_sent():
    def half(peer):
        peer.handshake()
        peer.read_frame()
        time.sleep(0.3)
        peer.rst()

    def last(peer):
        peer.handshake()
        peer.expect("text", "two")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    run = runs(Sequence(half, last, receive=4096), "--reconnect", "-w", "0",
               stdin=b"x" * (16 << 20) + b"\ntwo\n")
    check("record 1 of standard input was cut off and is lost" in run.text(),
          run.text())


@waiting.test
def lockstep_begins_anew():
    def first(peer):
        peer.handshake()
        peer.expect("text", "one")

    def last(peer):
        peer.handshake()
        peer.expect("text", "two")
        peer.frame("text", "2")
        peer.expect("text", "three")
        peer.frame("text", "3")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    run = runs(Sequence(first, last), "--reconnect", "--lockstep", "-w", "0",
               stdin=b"one\ntwo\nthree\n")
    equal(bytes(run.out), b"2\n3\n", "stdout")


@waiting.test
def each_format_is_kept():
    def first(peer):
        peer.handshake()
        peer.expect("text", "one")
        time.sleep(0.2)

    def last(peer):
        peer.handshake()
        peer.expect("text", "two")
        end(peer)
    def case(name, one, two):
        with Sequence(first, last) as server, Run(
                [WSTAP, "--reconnect", "-I", name, server.url],
                close_stdin=False) as run:
            run.write(one)
            wait_until(lambda: again(run), "the loss")
            run.write(two)
            equal(run.wait(), 0, name)

    together(case, [
        ("nul", b"one\0", b"two\0"),
        ("length", b"\0\0\0\3one", b"\0\0\0\3two"),
        ("jsonl", b'{"type":"text","data":"one"}\n',
         b'{"type":"text","data":"two"}\n')])
