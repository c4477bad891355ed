"""Clocks and signals while something is blocked, and inputs that are no files.
What a transcript can show is in clocks.t and inputs.t."""

import contextlib
import os
import signal
import socket
import threading
import time

from harness import (TMP, WSTAP, Listening, Run, check, equal, test, wstap)
import frames
from scripted import Conversation, Server
from together import Together, together

waiting = Together()
MIB = 1 << 20
FOLDER = os.path.join(TMP, f"clocks-{os.getpid()}")
os.makedirs(FOLDER, exist_ok=True)
SOON = 4  # as in test_ends.py
THREE = [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,)]

# --- clocks


@contextlib.contextmanager
def blocked(*options):
    """A run whose standard output nobody reads, its peer and the pipe's end;
    64 MiB wait to be written, more than a pipe and all buffers hold."""
    reading, writing = os.pipe()
    with Conversation() as server, Run([WSTAP, *options, server.url],
                                       stdout=writing) as run:
        os.close(writing)
        peer = server.connected()
        flood = frames.frame("binary", bytes(MIB - 1)) * 64

        def send():
            try:
                peer.send(flood)
            except OSError:  # it ended
                pass

        sending = threading.Thread(target=send)
        sending.start()
        time.sleep(0.3)
        check(sending.is_alive(), "standard output is blocked")
        yield run, peer, reading
        sending.join()
    os.close(reading)


@test
def timeout_while_standard_output_is_blocked():
    with blocked("-w", "inf", "--timeout", "1") as (run, _, _):
        equal(run.wait(), 28, "status")
        check("--timeout" in run.text(), run.text())


@test
def signals_while_standard_output_is_blocked():
    def case(number):
        with blocked("-w", "inf") as (run, _, _):
            began = time.monotonic()
            run.signal(number)
            equal(run.wait(), 128 + number, "status")
            check(time.monotonic() - began < SOON, "it waited for a reader")

    together(case, THREE)


@test
def a_second_signal_while_standard_output_is_blocked():
    with blocked("-w", "inf") as (run, _, _):
        run.signal(signal.SIGTERM)
        run.signal(signal.SIGINT)
        check(run.wait() in (130, 143), "status")


@test
def wait_stands_still_while_standard_output_is_blocked():
    with blocked("-w", "0.3") as (run, peer, reading):
        time.sleep(1)
        equal(run.process.poll(), None, "it still runs")
        got = 0
        while got < 64 * MIB:
            got += len(os.read(reading, MIB))
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")


@waiting.test
def timeout_while_it_connects():
    """A listener whose queue is full answers nothing at all."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        taken = []
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
            taken.append(sock)
        status, _, err = wstap("--timeout", "0.5",
                               f"ws://127.0.0.1:{full.getsockname()[1]}/")
        for sock in taken:
            sock.close()
    equal(status, 28, "status")
    check("--timeout" in err, err)


@waiting.test
def timeout_without_a_client():
    with Listening("--timeout", "0.5", "-e") as run:
        equal(run.wait(), 28, "status")
        check("--timeout" in run.text(), run.text())


@waiting.test
def timeout_while_a_client_says_nothing():
    with Listening("--timeout", "0.7") as run:
        with socket.create_connection(("127.0.0.1", run.port)):
            equal(run.wait(), 28, "status")
            check("--timeout" in run.text(), run.text())


@waiting.test
def timeout_while_the_server_does_not_read():
    with Conversation() as server, Run(
            f"exec wstap --timeout 1 {server.url} </dev/zero") as run:
        server.connected()
        equal(run.wait(), 28, "status")


@waiting.test
def timeout_while_a_file_has_no_writer():
    path = os.path.join(FOLDER, "never")
    os.mkfifo(path)
    with Conversation() as server, Run(
            [WSTAP, "-f", path, "--timeout", "0.5", server.url]) as run:
        server.connected().expect_close(1001)
        equal(run.wait(10), 28, "status")


@test
def wait_counts_from_what_was_written_last():
    """The wait's clock starts when the server has taken all of it."""
    data = b"x" * (8 << 20) + b"\n"
    with Conversation() as server, Run([WSTAP, "-w", "0.5", server.url],
                                       stdin=data) as run:
        peer = server.connected()
        time.sleep(1.2)
        equal(peer.read_message()[1], data[:-1], "the message")
        peer.frame("text", "done")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")
        equal(bytes(run.out), b"done\n", "stdout")


# --- inputs


@waiting.test
def a_missing_file_is_said_before_any_connection():
    with Server(lambda peer: None) as server:
        for path in ("nothing", "a/b", "ends.t/x"):
            status, _, err = wstap("-x", "one", "-f",
                                   os.path.join(FOLDER, path), server.url)
            equal(status, 26, "status")
            check(err.startswith(f"wstap: -f {FOLDER}"), err)
        equal(server.connections, 0, "connections")


@waiting.test
def a_missing_file_keeps_a_listener_from_listening():
    status, out, err = wstap("-l", "0", "-f", os.path.join(FOLDER, "no"))
    equal((status, out), (26, b""), "the run")
    check("listening" not in err, err)


@waiting.test
def a_fifo_that_is_written_bit_by_bit():
    path = os.path.join(FOLDER, "fifo")
    os.mkfifo(path)
    with Conversation() as server, Run(
            [WSTAP, "-f", path, "-x", "end", "-w", "0", server.url]) as run:
        peer = server.connected()
        with open(path, "wb", buffering=0) as file:
            for piece in (b"one\n", b"t", b"wo"):
                file.write(piece)
                time.sleep(0.1)
        equal(peer.read_message(), ("text", b"one\ntwo"), "the file")
        peer.expect("text", "end")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")


@waiting.test
def interactive_goes_on_while_the_input_is_open():
    with Conversation() as server, Run(
            [WSTAP, "-i", "-x", "one", "-w", "0", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        peer.expect("text", "one")
        peer.expect_nothing(0.2)
        run.write(b"two\n")
        peer.expect("text", "two")
        run.close_stdin()
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")


@waiting.test
def execute_leaves_standard_input_to_the_next_command():
    with Conversation() as server, Run(
            f"wstap -x one -w 0 {server.url}; cat", stdin=b"mine\n") as run:
        peer = server.connected()
        peer.expect("text", "one")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")
        equal(bytes(run.out), b"mine\n", "what was left")


@waiting.test
def an_endless_input_and_a_server_that_closes():
    def script(peer):
        peer.handshake()
        peer.read_frame()
        time.sleep(0.5)
        peer.close(1000)
        peer.eof()
        peer.drain()

    with Server(script) as server, Run(
            f"exec wstap {server.url} < <(yes)") as run:
        equal(run.wait(), 55, "status")
        check("could be sent" in run.text(), run.text())


@waiting.test
def lockstep_is_a_conversation():
    """A co-process: each answer is there before the next question is read."""
    with Conversation() as server, Run(
            [WSTAP, "--lockstep", "-w", "0", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        run.write(b"q0\nq1\nq2\n")
        for n in range(3):
            peer.expect("text", f"q{n}")
            peer.expect_nothing(0.1)
            peer.frame("text", f"a{n}")
        run.write(b"q3\n")
        peer.expect("text", "q3")
        run.close_stdin()
        peer.expect_nothing(0.2)
        peer.frame("text", "a3")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")
        equal(bytes(run.out), b"a0\na1\na2\na3\n", "stdout")
