"""How runs end by signals, and by readers that go away. What a transcript can
show is in ends.t."""

import json
import os
import signal
import time

from harness import (TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until)
from scripted import Conversation, Server, free_port, peer_to
from together import Together, together

waiting = Together()
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
            f"ulimit -f 8; exec wstap {server.url} "
            f">{FOLDER}/limited", close_stdin=False) as run:
        peer = server.connected()
        peer.frame("binary", bytes(100000))
        peer.expect_close(1001)
        peer.close(1001)
        peer.eof()
        equal(run.wait(), 23, "status")
        check("File too large" in run.text(), run.text())
