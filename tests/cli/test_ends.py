"""How runs end by signals, blocked outputs, odd inputs and clocks. What a
transcript can show is in ends.t."""

import contextlib
import json
import os
import signal
import socket
import threading
import time

from harness import (TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until, wstap)
import frames
from scripted import Conversation, Server, free_port, peer_to
from together import Together, together

waiting = Together()
MIB = 1 << 20
FOLDER = os.path.join(TMP, f"ends-{os.getpid()}")
os.makedirs(FOLDER, exist_ok=True)
# Long enough that no wait of a second or less reaches it on a busy machine,
# and shorter than what the closing handshake may take.
SOON = 4


def since(began):
    return time.monotonic() - began


# --- signals

THREE = [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,)]


def signalled(number, answers=False, options=()):
    """A run that is signalled while the input is open: its status and how
    long it took."""
    with Conversation() as server, Run([WSTAP, *options, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        peer.frame("text", "one")
        wait_until(lambda: b"one" in run.out, "the message is printed")
        began = time.monotonic()
        run.signal(number)
        peer.expect_close(1001)
        if answers:
            peer.close(1001)
            peer.eof()
        status = run.wait()
        equal(run.text(), "", "stderr")
        return status, since(began)


@waiting.test
def signals_with_a_server_that_never_answers_the_close():
    def case(number):
        status, took = signalled(number)
        equal(status, 128 + number, "status")
        check(took < SOON, f"the server's close was waited for, {took} s")

    together(case, THREE)


@waiting.test
def signals_with_wait_inf_and_jsonl():
    for number, in THREE:
        status, _ = signalled(number, True, ("-w", "inf", "-O", "jsonl",
                                             "--reconnect"))
        equal(status, 128 + number, "status")


@waiting.test
def the_process_dies_of_the_signal():
    """A shell's loop ends with it: the status alone would not do."""
    with Conversation() as server, Run([WSTAP, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        peer.frame("text", "one")
        wait_until(lambda: run.out == b"one\n", "a message")
        run.signal(signal.SIGTERM)
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()
        run.wait()
        equal(run.process.returncode, -signal.SIGTERM, "return code")


@waiting.test
def a_second_signal_of_each_kind_ends_it_at_once():
    for first, second in ((signal.SIGTERM, signal.SIGTERM),
                          (signal.SIGHUP, signal.SIGTERM),
                          (signal.SIGINT, signal.SIGHUP)):
        with Conversation() as server, Run([WSTAP, server.url],
                                           close_stdin=False) as run:
            peer = server.connected()
            peer.frame("text", "one")
            wait_until(lambda r=run: r.out == b"one\n", "a message")
            run.signal(first)
            peer.expect_close(1001)
            run.signal(second)
            check(run.wait() in (128 + first, 128 + second), "status")


@waiting.test
def a_signal_after_the_input_s_end():
    with Conversation() as server, Run([WSTAP, "-w", "inf", server.url],
                                       stdin=b"one\n") as run:
        peer = server.connected()
        peer.expect("text", "one")
        run.signal(signal.SIGINT)
        peer.expect_close(1001)
        equal(run.wait(), 130, "status")


@waiting.test
def a_signal_in_the_closing_handshake():
    with Conversation() as server, Run([WSTAP, "-w", "0", server.url]) as run:
        server.connected().expect_close(1000)
        began = time.monotonic()
        run.signal(signal.SIGTERM)
        equal(run.wait(), 143, "status")
        check(since(began) < SOON, "the closing handshake was waited for")


@waiting.test
def a_signal_while_the_network_is_blocked():
    """No room is left for a close frame."""
    with Conversation() as server, Run(f"exec wstap {server.url} </dev/zero",
                                       ) as run:
        server.connected()
        time.sleep(0.5)
        began = time.monotonic()
        run.signal(signal.SIGTERM)
        equal(run.wait(), 143, "status")
        check(since(began) < SOON, "it waited for the server to read")


@waiting.test
def a_signal_while_a_file_has_no_writer():
    """-f of a FIFO that nobody opens."""
    path = os.path.join(FOLDER, "silent")
    os.mkfifo(path)
    with Conversation() as server, Run(
            [WSTAP, "-x", "one", "-f", path, server.url]) as run:
        peer = server.connected()
        peer.expect("text", "one")
        time.sleep(0.2)
        run.signal(signal.SIGTERM)
        equal(run.wait(10), 143, "status")


@waiting.test
def pings_are_answered_while_a_file_has_no_writer():
    path = os.path.join(FOLDER, "later")
    os.mkfifo(path)
    with Conversation() as server, Run(
            [WSTAP, "-x", "one", "-f", path, "-w", "0", server.url]) as run:
        peer = server.connected()
        peer.expect("text", "one")
        peer.frame("ping", "x")
        peer.expect("pong", "x")
        with open(path, "wb") as file:
            file.write(b"two")
        equal(peer.read_message(), ("text", b"two"), "the file")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")


@waiting.test
def nohup_a_hangup_that_is_ignored():
    with Conversation() as server, Run(
            f"trap '' HUP; exec wstap {server.url}",
            close_stdin=False) as run:
        peer = server.connected()
        peer.frame("text", "one")
        wait_until(lambda: run.out == b"one\n", "a message")
        run.signal(signal.SIGHUP)
        peer.expect_nothing(0.3)
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")
        equal(bytes(run.out), b"one\n", "stdout")


@waiting.test
def nohup_itself():
    out = os.path.join(FOLDER, "nohup.out")
    with Conversation() as server, Run(
            f"nohup wstap -w inf {server.url} >{out} </dev/null & wait $!; "
            "echo $?") as run:
        peer = server.connected()
        os.killpg(run.pid, signal.SIGCONT)
        peer.frame("text", "one")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        equal(run.wait(), 0, "the shell's status")
        equal(bytes(run.out), b"0\n", "wstap's status")
        with open(out, "rb") as file:
            equal(file.read(), b"one\n", "what was written")


@waiting.test
def a_job_of_a_script_ignores_SIGINT():
    """A shell starts its background jobs so."""
    with Conversation() as server, Run(
            f"trap '' INT; exec wstap {server.url}",
            close_stdin=False) as run:
        peer = server.connected()
        run.signal(signal.SIGINT)
        peer.expect_nothing(0.3)
        run.signal(signal.SIGTERM)
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()
        equal(run.wait(), 143, "status")


@waiting.test
def stopped_and_continued():
    with Conversation() as server, Run([WSTAP, server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        run.signal(signal.SIGSTOP)
        peer.frame("text", "one")
        time.sleep(0.2)
        equal(bytes(run.out), b"", "while it is stopped")
        run.signal(signal.SIGCONT)
        wait_until(lambda: run.out == b"one\n", "the message")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")


@waiting.test
def a_listener_that_is_signalled():
    for number, in THREE:
        with Listening() as run:
            peer = peer_to(run.port)
            run.signal(number)
            peer.expect_close(1001)
            peer.close(1001)
            peer.expect_eof()
            peer.sock.close()
            equal(run.wait(), 128 + number, "with a client")
        with Listening() as run:
            run.signal(number)
            equal(run.wait(), 128 + number, "without one")


# --- a reader that goes away


@waiting.test
def head_on_an_idle_feed_ends_it_at_once():
    """Nothing more comes, and still nobody waits for it."""
    with Conversation() as server, Run(
            'wstap "$URL" | head -n 1; echo "${PIPESTATUS[0]}"',
            env={"URL": server.url}, close_stdin=False) as run:
        peer = server.connected()
        peer.frame("text", "one")
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()
        equal(run.wait(), 0, "the shell's status")
        equal((bytes(run.out), run.text()), (b"one\n141\n", ""), "output")


@waiting.test
def head_on_each_format():
    for name in ("nul", "raw", "length", "jsonl"):
        with Conversation() as server, Run(
                'wstap -O $NAME "$URL" | head -c 1 | wc -c; '
                'echo "${PIPESTATUS[0]}"',
                env={"URL": server.url, "NAME": name},
                close_stdin=False) as run:
            peer = server.connected()
            peer.frame("text", "one")
            peer.expect_close(1001)
            peer.close(1001)
            peer.eof()
            equal(run.wait(), 0, "the shell's status")
            equal((bytes(run.out), run.text()), (b"1\n141\n", ""), name)


@waiting.test
def a_reader_that_goes_away_while_it_reconnects_to_nobody():
    """The error events have no reader."""
    port = free_port()
    with Run(f"wstap -O jsonl --reconnect ws://127.0.0.1:{port}/ | head -n 1;"
             ' echo "${PIPESTATUS[0]}"', close_stdin=False) as run:
        equal(run.wait(), 0, "the shell's status")
        lines = bytes(run.out).splitlines()
        equal((json.loads(lines[0])["exit"], lines[1:]), (7, [b"141"]),
              "what was read, and wstap's status")


@waiting.test
def a_full_device_with_each_format():
    def script(peer):
        peer.handshake()
        peer.frame("text", "one")
        peer.expect_close(1001)
        peer.close(1001)
        peer.finish()

    for name in ("lines", "nul", "raw", "length", "jsonl"):
        with Server(script) as server, open("/dev/full", "wb") as full, Run(
                [WSTAP, "-O", name, server.url], close_stdin=False,
                stdout=full) as run:
            equal(run.wait(), 23, name)
            check("No space left" in run.text(), run.text())
            equal(run.text().count("\n"), 1, "lines on stderr")


@waiting.test
def a_full_device_and_an_error_event_alone():
    with open("/dev/full", "wb") as full, Run(
            [WSTAP, "-O", "jsonl", f"ws://127.0.0.1:{free_port()}/"],
            stdout=full) as run:
        equal(run.wait(), 7, "the first thing that went wrong")


@test
def a_file_size_limit():
    """A write that fails in the middle."""
    with Conversation() as server, Run(
            f"ulimit -f 8; trap '' XFSZ; exec wstap {server.url} "
            f">{FOLDER}/limited", close_stdin=False) as run:
        peer = server.connected()
        peer.frame("binary", bytes(100000))
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()
        equal(run.wait(), 23, "status")
        check("File too large" in run.text(), run.text())


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
            check(since(began) < SOON, "it waited for a reader")

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
