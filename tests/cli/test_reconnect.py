"""--reconnect: what is tried again, what is not, and what becomes of the
input."""

import fcntl
import json
import re
import signal
import socket
import struct
import termios
import time

from harness import CERTS, WSTAP, Run, check, equal, test, wait_until, wstap
import frames
from scripted import Server, Unexpected, free_port
from together import Together, together

waiting = Together()
AGAIN = re.compile(r"^wstap: (.*); connecting again in (\d+\.\d) s "
                   r"\(attempt (\d+)(?: of (\d+))?\)$")


class Sequence(Server):
    """Each connection has a script of its own."""

    def __init__(self, *scripts, port=0, receive=0, **how):
        super().__init__(self.next, **how)
        self.scripts = scripts
        if port or receive:
            self.listener.close()
            self.listener = socket.socket()
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR,
                                     1)
            if receive:
                self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                         receive)
            self.listener.bind(("127.0.0.1", port))
            self.listener.listen()
            self.port = self.listener.getsockname()[1]
            self.url = f"ws://127.0.0.1:{self.port}/"

    def next(self, peer):
        if self.connections > len(self.scripts):
            raise Unexpected(f"connection {self.connections} was not wanted")
        self.scripts[self.connections - 1](peer)

    def __exit__(self, kind, error, trace):
        super().__exit__(kind, error, trace)
        if error is None:
            equal(self.connections, len(self.scripts), "connections")


def end(peer, code=1000):
    """A good end, or whatever the code says."""
    peer.close(code)
    while peer.read_frame().name != "close":
        pass
    peer.eof()
    peer.expect_eof()


def says(*messages, code=None):
    """A script: sends messages, then hangs up, or closes with a code."""
    def script(peer):
        peer.handshake()
        for message in messages:
            peer.frame("text", message)
        if code:
            end(peer, code)
    return script


def refuses(status):
    def script(peer):
        peer.read_head()
        peer.send(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"
                  .encode())
        peer.drain()
    return script


def again(run):
    """The lines of the attempts: (why, number, of how many)."""
    got = []
    for line in run.text().splitlines():
        match = AGAIN.match(line)
        if match:
            check(float(match[2]) <= 30, f"a wait of {match[2]} s")
            got.append((match[1], int(match[3]), match[4] and int(match[4])))
    return got


def runs(server, *options, status=0, stdin=None):
    """Runs it to its end, its input open where none is given."""
    with server, Run([WSTAP, *options, server.url], stdin=stdin,
                     close_stdin=stdin is not None) as run:
        equal(run.wait(), status, "status")
    return run


# --- what is tried again


@waiting.test
def refused_and_then_accepted():
    port = free_port()
    with Run([WSTAP, "--reconnect", f"ws://127.0.0.1:{port}/"],
             close_stdin=False) as run:
        wait_until(lambda: len(again(run)) == 1, "the first attempt's line")
        with Sequence(says("one", code=1000), port=port):
            equal(run.wait(), 0, "status")
        equal(bytes(run.out), b"one\n", "stdout")
        check("refused" in again(run)[0][0], run.text())


@waiting.test
def closed_with_1001_and_error_codes():
    def case(code):
        run = runs(Sequence(says("one", code=code), says(code=1000)),
                   "--reconnect")
        equal(len(again(run)), 1, f"attempts after {code}")
        check(str(code) in again(run)[0][0], run.text())

    together(case, [(1001,), (1002,), (1011,), (3000,), (4999,)])


@waiting.test
def closed_with_1000_or_no_code_is_the_end():
    def no_code(peer):
        peer.handshake()
        peer.close()
        peer.expect_close()
        peer.eof()

    for script in (says("one", code=1000), no_code):
        run = runs(Sequence(script), "--reconnect")
        equal(run.text(), "", "stderr")


@waiting.test
def statuses_that_pass():
    def case(status):
        run = runs(Sequence(refuses(status), says("one", code=1000)),
                   "--reconnect")
        equal(bytes(run.out), b"one\n", "stdout")
        check(str(status) in again(run)[0][0], run.text())

    together(case, [(500,), (503,), (429,), (408,)])


@waiting.test
def statuses_that_stay():
    for status in (403, 401, 404):
        run = runs(Sequence(refuses(status)), "--reconnect", status=22)
        equal(again(run), [], f"attempts after {status}")


def no_answer(peer):
    peer.read_head()


def silence(peer):
    peer.drain()


def reset(peer):
    peer.handshake()
    peer.rst()


def no_pong(peer):
    peer.handshake()
    while peer.read_frame().name != "close":
        pass
    peer.close(1001)
    peer.eof()


def broken(peer):
    peer.handshake()
    peer.frame("text", b"\xff")
    peer.expect_close(1007)
    peer.eof()


def not_http(peer):
    peer.read_head()
    peer.send(b"SSH-2.0-x\r\n")


@waiting.test
def all_that_another_attempt_may_cure():
    def case(script, word, *options, out=b""):
        run = runs(Sequence(script, says("good", code=1000)), "--reconnect",
                   *options)
        equal(bytes(run.out), out + b"good\n", f"{word}: stdout")
        equal(len(again(run)), 1, f"{word}: attempts")
        equal(run.text().count("\n"), 1, f"{word}: lines on stderr")
        check(word in again(run)[0][0], run.text())

    together(case, [
        (silence, "answer", "--connect-timeout", "4"),
        (no_answer, "hung up before"),
        (reset, "lost"), (says(), "without a close frame"),
        (no_pong, "--ping-timeout", "--ping-interval", "0.2"),
        (broken, "broke the protocol"), (not_http, "not a WebSocket")])
    case(says("one"), "without a close frame", out=b"one\n")


# --- what is not


@waiting.test
def a_certificate_is_no_better_the_second_time():
    with Server(says(), "tls", folder=CERTS) as server:
        status, _, err = wstap("--reconnect", server.url)
        server.error = None  # that the client went away
    equal(status, 60, "status")
    check("again" not in err, err)


@waiting.test
def bad_input_ends_it():
    def script(peer):
        peer.handshake()
        peer.expect("text", "one")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    run = runs(Sequence(script), "--reconnect", "-w", "0",
               stdin=b"one\n\xff\n", status=26)
    equal(again(run), [], "attempts")


@waiting.test
def a_loss_after_the_end_was_asked_for_is_the_end():
    def script(peer):
        peer.handshake()
        peer.expect("text", "one")
        peer.expect_close(1000)
        peer.hangup()
    run = runs(Sequence(script), "--reconnect", "-w", "0", stdin=b"one\n")
    equal(run.text(), "", "stderr")


@waiting.test
def without_it_nothing_is_tried_again():
    runs(Sequence(says("one")), status=56)


# --- how often


@waiting.test
def attempts_are_counted_and_the_last_status_is_it_refused():
    port = free_port()
    with Run([WSTAP, "--reconnect=2", f"ws://127.0.0.1:{port}/"]) as run:
        equal(run.wait(), 7, "status")
        equal([(n, of) for _, n, of in again(run)], [(1, 2), (2, 2)],
              "attempts")
        lines = run.text().splitlines()
        equal(len(lines), 3, "lines on stderr")
        check("refused" in lines[2] and "again" not in lines[2], lines[2])


@waiting.test
def the_last_connection_s_status():
    def case(status, *scripts):
        run = runs(Sequence(*scripts), "--reconnect=1", status=status)
        equal([(n, of) for _, n, of in again(run)], [(1, 1)], "attempts")

    together(case, [(56, says("one"), says("two")),
                    (22, says("one"), refuses(503)),
                    (22, says("one"), refuses(403)),
                    (111, refuses(503), says(code=1011)),
                    (0, says(code=1011), says("one", code=1000))])


@waiting.test
def a_bad_number_of_attempts():
    for number in ("many", "-1", "0", ""):
        status, _, err = wstap(f"--reconnect={number}", "ws://127.0.0.1:1/")
        equal(status, 2, repr(number))
        check("--reconnect" in err, err)


@waiting.test
def messages_are_counted_over_all_connections():
    def last(peer):
        peer.handshake()
        peer.frame("text", "two")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    run = runs(Sequence(says("one"), last), "--reconnect", "-m", "2")
    equal(bytes(run.out), b"one\ntwo\n", "stdout")


@waiting.test
def a_match_on_a_later_connection():
    def last(peer):
        peer.handshake()
        peer.frame("text", "two")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    run = runs(Sequence(says("one"), last), "--reconnect", "--until", "two")
    equal(bytes(run.out), b"one\ntwo\n", "stdout")


@waiting.test
def a_message_cut_off_is_not_glued_to_the_next():
    def half(peer):
        peer.handshake()
        peer.frame("text", "ha", fin=0)
    run = runs(Sequence(half, says("whole", code=1000)), "--reconnect",
               "-O", "length")
    equal(bytes(run.out), b"\0\0\0\5whole", "stdout")


# --- what is sent


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


# --- events


@waiting.test
def events_of_each_connection():
    run = runs(Sequence(says("one"), refuses(503), says(code=1011),
                        says("two", code=1000)),
               "--reconnect", "-O", "jsonl")
    events = [json.loads(line) for line in bytes(run.out).splitlines()]
    equal([(e["type"], e.get("exit")) for e in events],
          [("open", None), ("text", None), ("error", 56), ("error", 22),
           ("open", None), ("close", None), ("error", 111),
           ("open", None), ("text", None), ("close", None)], "events")
    equal([e["time"] for e in events], sorted(e["time"] for e in events),
          "times")
    equal([e["message"] for e in events if e["type"] == "error"],
          [why for why, _, _ in again(run)], "messages")


@waiting.test
def an_error_event_is_there_before_the_wait():
    port = free_port()
    with Run([WSTAP, "--reconnect", "-O", "jsonl", f"ws://127.0.0.1:{port}/"],
             close_stdin=False) as run:
        wait_until(lambda: len(again(run)) == 2, "two attempts")
        wait_until(lambda: run.out.count(b'"exit":7') == 2, "two events")


# --- while it waits


@waiting.test
def timeout_in_the_wait():
    began = time.monotonic()
    status, _, err = wstap("--reconnect", "--timeout", "1.2",
                           f"ws://127.0.0.1:{free_port()}/")
    check(time.monotonic() - began > 1.1, "the time was waited for")
    equal(status, 28, "status")
    check("--timeout" in err.splitlines()[-1], err)


@waiting.test
def a_signal_in_the_wait():
    for number in (signal.SIGINT, signal.SIGTERM):
        with Run([WSTAP, "--reconnect", f"ws://127.0.0.1:{free_port()}/"],
                 close_stdin=False) as run:
            wait_until(lambda r=run: again(r), "the wait")
            began = time.monotonic()
            run.signal(number)
            equal(run.wait(), 128 + number, "status")
            check(time.monotonic() - began < 3, "it waited")


@waiting.test
def a_signal_ends_it_and_nothing_is_tried_again():
    def script(peer):
        peer.handshake()
        peer.frame("text", "one")
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()
    with Sequence(script) as server, Run([WSTAP, "--reconnect", server.url],
                                         close_stdin=False) as run:
        wait_until(lambda: run.out == b"one\n", "a message")
        run.signal(signal.SIGTERM)
        equal(run.wait(), 143, "status")
        equal(again(run), [], "attempts")


@waiting.test
def waits_get_longer():
    with Run([WSTAP, "--reconnect", f"ws://127.0.0.1:{free_port()}/"],
             close_stdin=False) as run:
        wait_until(lambda: len(again(run)) == 3, "three attempts", 20)
        waits = [float(AGAIN.match(line)[2])
                 for line in run.text().splitlines()]
        for n, wait in enumerate(waits):
            most = 0.5 * 2 ** n
            check(most / 2 - 0.06 <= wait <= most + 0.06,
                  f"wait {n} is {wait} s")
