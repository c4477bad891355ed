"""Messages that pour in faster than anyone can read, and somebody typing."""

import contextlib
import os
import re
import select
import threading
import time

import flood
from harness import check, equal, test, wait_until
from memory import little, peak_of
from terminal import end, repl

BLOCK = 500  # messages at a time
SLOW = 2000000  # bytes a second


class Flood(threading.Thread):
    """The server's messages, about 100,000 a second, until stop()."""

    def __init__(self, peer, kind):
        super().__init__(daemon=True)
        self.peer, self.kind = peer, kind
        self.sent, self.going = 0, True

    def run(self):
        while self.going:
            self.peer.sock.sendall(flood.frames(self.kind, self.sent, BLOCK))
            self.sent += BLOCK
            time.sleep(BLOCK / 100000)

    def stop(self):
        self.going = False
        self.join(30)
        check(not self.is_alive(), "the server got rid of its messages")


class Reader(threading.Thread):
    """The terminal's screen, without a model of it: that would be slow."""

    def __init__(self, terminal, rate):
        super().__init__(daemon=True)
        self.terminal, self.rate = terminal, rate
        self.output, self.going = bytearray(), True
        self.open = threading.Event()  # cleared: it takes nothing
        self.open.set()

    def run(self):
        while self.going:
            self.open.wait()
            if not select.select([self.terminal.master], [], [], 0.02)[0]:
                continue
            try:
                data = os.read(self.terminal.master, 4096)
            except OSError:  # the program is gone
                return
            self.output += data
            if self.rate:
                time.sleep(len(data) / self.rate)

    def stop(self):
        self.going = False
        self.join()


class Flooded:
    """A REPL that messages pour into, and its user."""

    def __init__(self, terminal, peer, kind, rate):
        self.terminal, self.peer, self.kind = terminal, peer, kind
        self.flood = Flood(peer, kind)
        self.reader = Reader(terminal, rate)

    def begin(self):
        self.reader.start()
        self.flood.start()
        wait_until(lambda: self.flood.sent > 20 * BLOCK and
                   len(self.reader.output) > 100000, "the flood has begun")

    def type(self, text, echo=None):
        """Types, and waits for what has to come out for it."""
        at = len(self.reader.output)
        self.terminal.type(text)
        wait_until(lambda: self.reader.output.find(
            (echo or text).encode(), at) >= 0, f"{text!r} is answered")
        check(self.flood.is_alive(), "while the flood went on")

    def write(self, text):
        """Letters that no message has, one at a time."""
        for key in text:
            self.type(key)

    def stop(self):
        """The flood's end; afterwards the screen is there to be looked at."""
        self.flood.stop()
        self.reader.rate = 0
        last = b"%07d" % (self.flood.sent - 1)
        wait_until(lambda: last in self.reader.output[-4096:],
                   "the last message came out")
        self.reader.stop()
        output = self.reader.output
        tail = output.rfind(b"\n", 0, -8192) + 1
        self.terminal.stream.feed(bytes(output[tail:]))

    def complete(self):
        """Nothing is lost, and all in order."""
        came = flood.shown(self.kind, self.reader.output)
        sent = list(range(self.flood.sent))
        wrong = next((pair for pair in zip(came, sent)
                      if pair[0] != pair[1]), None)
        check(wrong is None, f"message {wrong} came")
        equal(len(came), len(sent), "messages")


@contextlib.contextmanager
def flooded(*options, kind="text", rate=0):
    with repl(*options) as (terminal, peer):
        user = Flooded(terminal, peer, kind, rate)
        try:
            user.begin()
            yield user
        finally:
            user.reader.rate = 0
            user.reader.open.set()
            user.flood.stop()
            user.reader.stop()


def write_through(*options, **how):
    """Half a line, typed while messages pour in, and sent afterwards."""
    with flooded(*options, **how) as user:
        user.write("quovzkw")
        user.stop()
        user.complete()
        user.terminal.wait_cursor("> quovzkw", 9)
        lines = user.terminal.lines()
        equal(lines.count("> quovzkw"), 1, "prompts on the screen")
        equal(lines[-1], "> quovzkw", "the line at the bottom")
        user.terminal.type("\r")
        user.peer.expect("text", "quovzkw")
        end(user.terminal, user.peer)


@test
def keys_are_echoed_in_a_flood():
    write_through()


@test
def keys_are_echoed_on_a_slow_terminal():
    write_through(rate=SLOW)


@test
def keys_are_echoed_in_a_flood_of_JSON():
    write_through("-j", kind="json", rate=SLOW)


@test
def keys_are_echoed_in_a_flood_of_dumps():
    write_through(kind="binary", rate=SLOW)


@test
def keys_are_echoed_in_a_flood_without_colour():
    write_through("--no-color", rate=SLOW)


@test
def Enter_sends_in_a_flood():
    with flooded(rate=SLOW) as user:
        for text in ("quovzkw", "zzz", "wok"):
            user.type(text + "\r", text)
            user.peer.expect("text", text)
            check(user.flood.is_alive(), "while the flood went on")
        user.stop()
        user.complete()
        user.terminal.wait_cursor(">", 2)
        end(user.terminal, user.peer)


@test
def Ctrl_C_clears_then_closes_in_a_flood():
    with flooded(rate=SLOW) as user:
        user.write("qvz")
        user.type("\x03", "^C")
        user.type("wok\r", "wok")
        user.peer.expect("text", "wok")
        user.terminal.type("\x03")
        user.peer.expect_close(1000)
        check(user.flood.is_alive(), "while the flood went on")
        user.stop()
        user.complete()
        user.peer.close(1000)
        user.peer.eof()
        equal(user.terminal.wait(), 0, "status")
        equal(user.terminal.modes(), user.terminal.modes_before,
              "terminal modes")


@test
def many_messages_are_written_at_once():
    def writes():
        try:
            with open(f"/proc/{user.terminal.pid}/io") as file:
                return int(re.search("syscw: ([0-9]+)", file.read())[1])
        except OSError:  # not on Linux
            return 0

    with flooded() as user:
        before = writes(), user.flood.sent
        wait_until(lambda: user.flood.sent > before[1] + 40 * BLOCK,
                   "more of the flood")
        wrote, came = writes() - before[0], user.flood.sent - before[1]
        check(wrote * 5 < came, f"{wrote} writes for {came} messages")
        user.stop()
        user.complete()
        end(user.terminal, user.peer)


@test
def a_terminal_that_takes_nothing_holds_the_server_back():
    def stands():
        before = user.flood.sent
        time.sleep(0.3)
        return user.flood.sent == before

    with flooded() as user:
        user.reader.open.clear()
        wait_until(stands, "the server is held back")
        little(peak_of(user.terminal.pid))
        user.reader.open.set()
        user.stop()
        user.complete()
        user.terminal.wait_cursor(">", 2)
        end(user.terminal, user.peer)


@test
def a_long_message_is_broken_for_a_key_and_nothing_of_it_lost():
    data = b" ".join(b"%07d" % n for n in range(100000))
    with repl() as (terminal, peer):
        reader = Reader(terminal, SLOW)
        reader.start()
        sender = threading.Thread(target=peer.frame, args=("text", data))
        sender.start()
        try:
            for key in "qvzkw":
                at = len(reader.output)
                terminal.type(key)
                wait_until(lambda: reader.output.find(key.encode(), at) >= 0,
                           f"{key!r} is answered")
            check(b"0099999" not in reader.output, "in the message's middle")
            reader.rate = 0
            wait_until(lambda: b"0099999" in reader.output, "its end")
        finally:
            reader.rate = 0
            sender.join(10)
            reader.stop()
        output = flood.SEQUENCE.sub(b"", bytes(reader.output))
        # The prompt was in a row of its own: where it is taken away from the
        # message's, a part of that goes too.
        output = re.sub(rb"\r\n> [qvzkw]*\r+", b"", output)
        check(data in output, "the message is whole")
        terminal.type("\r")
        peer.expect("text", "qvzkw")
        end(terminal, peer)
