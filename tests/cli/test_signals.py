"""Signals, and outputs that go away."""

import os
import signal
import time

import frames
from harness import WSTAP, Run, check, equal, test, wait_until
from scripted import Conversation, Server


def ended_by(number, said=1001):
    """A signal's end, with standard input still open."""
    with Conversation() as server, Run([WSTAP, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        peer.frame("text", "one")
        wait_until(lambda: run.out == b"one\n", "the message is printed")
        run.signal(number)
        peer.expect_close(said)
        peer.close(said)
        peer.eof()
        equal(run.wait(), 128 + number, "status")
        equal(bytes(run.out), b"one\n", "stdout")


@test
def SIGINT_in_a_pipe_sends_1001():
    ended_by(signal.SIGINT)


@test
def SIGTERM_sends_1001():
    ended_by(signal.SIGTERM)


@test
def SIGHUP_sends_1001():
    ended_by(signal.SIGHUP)


@test
def a_second_SIGINT_does_not_wait():
    with Conversation() as server, Run([WSTAP, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        peer.frame("text", "one")
        wait_until(lambda: run.out == b"one\n", "the message is printed")
        run.signal(signal.SIGINT)
        peer.expect_close(1001)
        began = time.monotonic()
        run.signal(signal.SIGINT)
        equal(run.wait(), 130, "status")
        check(time.monotonic() - began < 0.5, "it waited for the close")


@test
def SIGINT_while_it_connects():
    def silent(peer):
        peer.read_head()
        peer.expect_eof()

    with Server(silent) as server, Run([WSTAP, server.url],
                                       close_stdin=False) as run:
        wait_until(lambda: server.peer and server.peer.head, "a request came")
        began = time.monotonic()
        run.signal(signal.SIGINT)
        equal(run.wait(), 130, "status")
        check(time.monotonic() - began < 3, "it went on waiting")


@test
def a_signal_while_standard_output_is_blocked():
    with Conversation() as server:
        reading, writing = os.pipe()
        with Run([WSTAP, server.url], close_stdin=False,
                 stdout=writing) as run:
            os.close(writing)
            peer = server.connected()
            # More than the pipe and wstap's buffers hold.
            for _ in range(20):
                peer.frame("binary", bytes(100000))
            time.sleep(0.3)
            run.signal(signal.SIGINT)
            began = time.monotonic()
            equal(run.wait(), 130, "status")
            check(time.monotonic() - began < 8, "it hung")
        os.close(reading)


@test
def a_signal_in_a_flood():
    """Messages that come faster than they are shown leave room for it."""
    block = frames.frame("text", b"x" * 64) * 8192

    def flood(peer):
        peer.handshake()
        try:
            while True:
                peer.sock.sendall(block)
        except OSError:
            pass

    with Server(flood) as server, Run(
            'wstap -X -w inf "$URL" </dev/null >/dev/null & pid=$!; sleep 1; '
            'kill -TERM $pid; wait $pid', env={"URL": server.url}) as run:
        equal(run.wait(), 143, "status")


@test
def stdout_gone_while_nothing_is_written():
    """A reader that goes away is noticed at the next write."""
    with Conversation() as server:
        reading, writing = os.pipe()
        with Run([WSTAP, server.url], close_stdin=False,
                 stdout=writing) as run:
            os.close(writing)
            peer = server.connected()
            os.close(reading)
            peer.frame("text", "nobody reads this")
            peer.expect_close(1001)
            peer.close(1001)
            peer.eof()
            run.wait()
            equal(run.process.returncode, -signal.SIGPIPE, "return code")
            equal(run.text(), "", "stderr")


@test
def a_reader_that_goes_away_from_a_stream():
    with Conversation() as server, Run(
            'wstap "$URL" | head -n 3; echo "${PIPESTATUS[0]}"',
            env={"URL": server.url}, close_stdin=False) as run:
        peer = server.connected()
        try:
            for i in range(200000):
                peer.frame("text", f"line {i}")
        except OSError:
            pass
        equal(run.wait(), 0, "status")
        equal(bytes(run.out), b"line 0\nline 1\nline 2\n141\n", "stdout")
        equal(run.text(), "", "stderr")


@test
def standard_flags_are_left_alone():
    """Standard input, output and error are shared with the shell: none turns
    non-blocking."""
    def script(peer):
        peer.handshake()
        peer.frame("text", "hi")
        peer.expect("text", "in")
        peer.close(1000)
        peer.finish()

    with Server(script) as server, Run(
            'wstap "$URL"; python3 -S -c "import os; print('
            '[os.get_blocking(n) for n in range(3)])"',
            env={"URL": server.url}, stdin=b"in\n") as run:
        run.wait()
        equal(bytes(run.out), b"hi\n[True, True, True]\n", "stdout")
