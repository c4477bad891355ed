"""--ping-interval and --ping-timeout: pings that keep a connection, and find
out when it is dead."""

import os
import threading
import time

from harness import (CA, CERTS, TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until)
import frames
from scripted import Conversation, Unexpected, peer_to
from together import Together, together

waiting = Together()
MIB = 1 << 20


def read_ping(peer):
    frame = peer.read_frame()
    if frame is None or frame.name != "ping":
        raise Unexpected(f"expected a ping, got {frame}")
    return frame.payload


def silent(options, least, most_pings=99, before=lambda peer: None):
    """A server that answers no ping: ends with 28, and not before `least`
    seconds have passed since `before` was done."""
    with Conversation() as server, Run([WSTAP, *options.split(), server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        began = time.monotonic()
        before(peer)
        pings = 0
        while True:
            frame = peer.read_frame()
            if frame.name != "ping":
                break
            pings += 1
        took = time.monotonic() - began
        equal((frame.name, frame.code), ("close", 1001), options)
        peer.close(1001)
        peer.eof()
        equal(run.wait(), 28, f"{options}: status")
        check("--ping-timeout" in run.text(), run.text())
        equal(run.text().count("\n"), 1, f"{options}: lines on stderr")
        check(took > least, f"{options}: it waited for {took} s, not {least}")
        check(1 <= pings <= most_pings, f"{options}: {pings} pings")


@waiting.test
def pings_come_at_every_interval():
    with Conversation() as server, Run(
            [WSTAP, "--ping-interval", "0.2", "--ping-timeout", "20",
             server.url],
            close_stdin=False) as run:
        peer = server.connected()
        began = time.monotonic()
        payloads = []
        for _ in range(6):
            payloads.append(read_ping(peer))
            peer.frame("pong", payloads[-1])
        took = time.monotonic() - began
        check(took > 6 * 0.2 - 0.15, f"six pings in {took} s")
        equal(len(set(payloads)), 6, "different payloads")
        peer.frame("text", "one")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")
        equal((bytes(run.out), run.text()), (b"one\n", ""), "output")


@waiting.test
def no_pings_where_none_are_asked_for():
    with Conversation() as server, Run([WSTAP, server.url],
                                       close_stdin=False):
        server.connected().expect_nothing(0.5)


@waiting.test
def pongs_in_time_keep_it():
    """Each comes late, and before its time is over."""
    with Conversation() as server, Run(
            [WSTAP, "--ping-interval", "0.2", "--ping-timeout", "5",
             server.url], close_stdin=False) as run:
        peer = server.connected()
        for _ in range(4):
            payload = read_ping(peer)
            time.sleep(0.3)
            peer.frame("pong", payload)
        while True:
            try:
                peer.expect_nothing(0.01)
                break
            except Unexpected:
                peer.buffer.clear()
        peer.close(1000)
        equal(run.process.poll(), None, "it still runs")


@waiting.test
def a_pong_for_the_latest_answers_all():
    with Conversation() as server, Run(
            [WSTAP, "--ping-interval", "0.2", "--ping-timeout", "1",
             server.url], close_stdin=False) as run:
        peer = server.connected()
        for _ in range(3):
            for _ in range(3):
                payload = read_ping(peer)
            peer.frame("pong", payload)
        equal(run.process.poll(), None, "it still runs")
        peer.close(1000)
        while peer.read_frame().name != "close":
            pass
        peer.eof()
        equal(run.wait(), 0, "status")


def chatter(peer):
    """The connection is alive one way only."""
    for _ in range(5):
        peer.frame("text", "x")
        time.sleep(0.1)


@waiting.test
def silence_ends_it():
    together(silent, [
        ("--ping-interval 0.3 --ping-timeout 0.6", 0.8),
        ("--ping-interval 0.6 --ping-timeout 0.2", 0.7, 1),
        # One from the other.
        ("--ping-interval 0.4", 0.7),
        ("--ping-timeout 0.4", 0.7),
        # A pong for no ping of ours.
        ("--ping-interval 0.3 --ping-timeout 0.4", 0.6, 99,
         lambda peer: peer.frame("pong", "not yours")),
        # Messages are no answer, nor is a frame that stops in the middle.
        ("--ping-interval 0.3 --ping-timeout 0.5", 0.2, 99, chatter),
        ("--ping-interval 0.2 --ping-timeout 0.4", 0.3, 99,
         lambda peer: peer.send(b"\x82\x05x")),
    ])


@waiting.test
def a_timeout_of_inf_never_ends_it():
    with Conversation() as server, Run(
            [WSTAP, "--ping-interval", "0.1", "--ping-timeout", "inf",
             server.url], close_stdin=False) as run:
        peer = server.connected()
        for _ in range(8):
            read_ping(peer)
        equal(run.process.poll(), None, "it still runs")


@waiting.test
def a_slow_long_frame_without_pongs_does_not_end_it():
    """A pong can't overtake the frame it is behind."""
    with Conversation() as server, Run(
            [WSTAP, "--ping-interval", "0.2", "--ping-timeout", "0.8",
             server.url], close_stdin=False) as run:
        peer = server.connected()
        peer.send(b"\x82\x18")
        for _ in range(24):
            time.sleep(0.1)
            peer.send(b"x")
        payload = b""
        while peer.more(0):
            pass
        while peer.buffer:
            payload = read_ping(peer)
        peer.frame("pong", payload)
        wait_until(lambda: run.out == b"x" * 24 + b"\n", "the message")
        equal(run.process.poll(), None, "it still runs")
        equal(run.text(), "", "stderr")


@waiting.test
def blocked_standard_output_does_not_end_it():
    reading, writing = os.pipe()
    with Conversation() as server, Run(
            [WSTAP, "--ping-interval", "0.2", "--ping-timeout", "0.6",
             server.url], stdout=writing, close_stdin=False) as run:
        os.close(writing)
        peer = server.connected()
        # More than a pipe and all buffers hold.
        flood = frames.frame("binary", bytes(MIB - 1)) * 64
        sending = threading.Thread(target=peer.send, args=(flood,))
        sending.start()
        time.sleep(2.5)
        equal(run.process.poll(), None, "it still runs")
        equal(run.text(), "", "stderr")
        check(sending.is_alive(), "standard output is blocked")
        got = 0
        while got < 64 * MIB:
            got += len(os.read(reading, MIB))
        sending.join()
        while peer.more(0.1):
            pass
        while peer.buffer:
            payload = read_ping(peer)
        peer.frame("pong", payload)
        peer.close(1000)
        while peer.read_frame().name != "close":
            pass
        peer.eof()
        equal(run.wait(), 0, "status")
    os.close(reading)


@waiting.test
def pings_go_between_the_fragments_of_a_long_message():
    """The input's message never ends, and the pings still come."""
    with Conversation() as server, Run(
            f"exec wstap -b -I whole --max-frame 4k --ping-interval 0.1 "
            f"--ping-timeout 20 {server.url} </dev/zero") as run:
        peer = server.connected()
        pings = 0
        while pings < 3:
            frame = peer.read_frame()
            check(frame.name in ("binary", "continuation", "ping"),
                  str(frame))
            if frame.name == "ping":
                pings += 1
                peer.frame("pong", frame.payload)
        equal(run.process.poll(), None, "it still runs")


@waiting.test
def pings_do_not_extend_the_wait():
    with Conversation() as server, Run(
            [WSTAP, "-w", "0.7", "--ping-interval", "0.1", "--ping-timeout",
             "20", server.url]) as run:
        peer = server.connected()
        while True:
            frame = peer.read_frame()
            if frame.name == "close":
                break
            peer.frame("pong", frame.payload)
        equal(frame.code, 1000, "code")
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")


@waiting.test
def its_own_pongs_are_shown_where_pongs_are():
    with Conversation() as server, Run(
            [WSTAP, "-O", "jsonl", "--ping-interval", "0.1", server.url],
            close_stdin=False) as run:
        peer = server.connected()
        peer.frame("pong", read_ping(peer))
        wait_until(lambda: b'"pong"' in run.out, "the pong")


@waiting.test
def over_TLS():
    with Conversation(kind="tls", folder=CERTS) as server, Run(
            [WSTAP, "--ca", CA, "--ping-interval", "0.2",
             "--ping-timeout", "1", server.url], close_stdin=False) as run:
        peer = server.connected()
        for _ in range(3):
            peer.frame("pong", read_ping(peer))
        equal(run.wait(), 28, "status")


@waiting.test
def a_listener_pings_its_client():
    with Listening("--ping-interval", "0.2", "--ping-timeout", "1") as run:
        peer = peer_to(run.port)
        for _ in range(3):
            peer.frame("pong", read_ping(peer))
        while True:
            frame = peer.read_frame()
            if frame.name == "close":
                break
        equal(frame.code, 1001, "a client that is silent")
        peer.close(1001)
        peer.drain()
        peer.sock.close()
        # The next client is a new start.
        peer = peer_to(run.port)
        peer.frame("pong", read_ping(peer))
        peer.close(1000)
        peer.drain()
        peer.sock.close()
        wait_until(lambda: "--ping-timeout" in run.text(), "the first's end")


@test
def bad_times():
    for option in ("--ping-interval", "--ping-timeout"):
        for value in ("soon", "-3", ""):
            with Run([WSTAP, option, value, "ws://127.0.0.1:1/"],
                     cwd=TMP) as run:
                equal(run.wait(), 2, f"{option} {value!r}")
                check(option in run.text(), run.text())
