"""Rules whose cases take time, memory, or more than one connection."""

import os
import sys
import threading
import time
import zlib

from harness import (HERE, TMP, WSTAP, Listening, Run, check, equal,
                     sanitized, test)
from scripted import Server, peer_to

PEAK = os.path.join(HERE, "peak.py")
DROP = 5  # seconds that the closing handshake is waited for
AGREED = "Sec-WebSocket-Extensions: permessage-deflate"


def dropped(peer, since):
    """Waits for the connection's end and checks when it came."""
    peer.expect_eof()
    took = time.monotonic() - since
    check(DROP - 0.5 < took < DROP + 2.5, f"dropped after {took:.2f} s")


def client_in_vain(until, status, *options):
    """wstap as client, whose server does until(peer) and no more."""
    def script(peer):
        peer.handshake()
        dropped(peer, until(peer))

    with Server(script) as server:
        with Run([WSTAP, *options, server.url], close_stdin=False) as run:
            equal(run.wait(), status, "status")


def server_in_vain(until, status, *options):
    """wstap -l, whose client does until(peer) and no more."""
    with Listening("--once", *options, stdin=b"hi\n",
                   close_stdin=True) as end:
        peer = peer_to(end.port)
        peer.expect("text", "hi")
        dropped(peer, until(peer))
        equal(end.wait(), status, "status")


def hears_a_close(peer):
    """It begins, and hears nothing."""
    peer.expect_close(1000)
    return time.monotonic()


def breaks_a_rule(peer):
    peer.frame(3, "x")
    peer.expect_close(1002)
    return time.monotonic()


def closes(peer):
    """Both closes, but the server does not end the connection."""
    peer.close(1000)
    peer.expect_close(1000)
    return time.monotonic()


@test
def whoever_waits_in_vain_drops_the_connection():
    """All at the same time, for each takes 5 s.
    rule: 6455-7.1.1-wait"""
    faults = []

    def run(what, function, *args):
        try:
            function(*args)
        except (AssertionError, OSError) as error:
            faults.append(f"{what}: {error}")

    cases = [
        ("our close is not answered", client_in_vain, hears_a_close, 0,
         "-x", "hi", "-w", "0"),
        ("the server does not end it", client_in_vain, closes, 0),
        ("our server's close is not answered", server_in_vain, hears_a_close,
         0, "-w", "0"),
    ]

    def first_the_message(until):
        def both(peer):
            peer.expect("text", "hi")
            return until(peer)
        return both

    threads = []
    for what, function, until, *rest in cases:
        if "-x" in rest:
            until = first_the_message(until)
        threads.append(threading.Thread(
            target=run, args=(what, function, until, *rest), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join(30)
    equal(faults, [], "faults")


@test
def a_server_that_found_a_fault_ends_the_connection_at_once():
    """rule: 6455-7.1.7-code@server 6455-7.1.1-server-first@server"""
    with Listening("--once") as end:
        peer = peer_to(end.port)
        breaks_a_rule(peer)
        began = time.monotonic()
        peer.expect_eof()
        check(time.monotonic() - began < 2, "it was not ended at once")
        peer.hangup()
        equal(end.wait(), 110, "status")


@test
def a_client_that_found_a_fault_ends_the_connection():
    """rule: 6455-7.1.7-code@client"""
    def script(peer):
        peer.handshake()
        breaks_a_rule(peer)
        peer.expect_eof()

    with Server(script) as server:
        with Run([WSTAP, server.url], close_stdin=False) as run:
            equal(run.wait(), 110, "status")
            check(run.seconds < 3, "it was not ended at once")


def bomb(size):
    """A compressed message of `size` zeros, a MiB a block; nothing of it is
    ever whole in memory here."""
    deflate = zlib.compressobj(9, wbits=-15)
    block = deflate.compress(bytes(1 << 20)) + deflate.flush(
        zlib.Z_FULL_FLUSH)
    return block * (size >> 20) + b"\0"


def bombed(*options, to="/dev/null"):
    """wstap that is sent 1 GiB of zeros in a MiB: (status, stderr, KiB)."""
    data = bomb(1 << 30)
    check(len(data) < 2 << 20, f"{len(data)} bytes")
    file = os.path.join(TMP, f"bomb-{os.getpid()}")

    def script(peer):
        peer.handshake(fields=[AGREED])
        try:
            peer.frame("binary", data, rsv=4)
            peer.close(1000)
            peer.eof()
        except OSError:  # it had enough
            pass
        peer.drain()

    with Server(script) as server:
        with open(to, "wb") as out:
            with Run([sys.executable, "-I", "-S", PEAK, file, WSTAP,
                      *options, server.url], stdout=out,
                     close_stdin=False) as run:
                status = run.wait(50)
                with open(file) as f:
                    return status, run.text(), int(f.read())


@test(timeout=120)
def a_bomb_streams_through_in_constant_memory():
    """rule: 7692-6.2-streamed@client"""
    status, err, peak = bombed()
    equal((status, err), (0, ""), "the end")
    check(sanitized() or peak < 16 * 1024, f"{peak} KiB of memory")


@test
def a_bomb_is_stopped_at_the_limit():
    """rule: 7692-6.2-limit@client"""
    out = os.path.join(TMP, f"bombed-{os.getpid()}")
    status, err, peak = bombed("--max-message", "10M", to=out)
    equal(status, 110, "status")
    check("1009" in err, f"it says {err!r}")
    check(sanitized() or peak < 16 * 1024, f"{peak} KiB of memory")
    check(os.path.getsize(out) <= 10 << 20, "more was written")


@test
def a_bomb_for_the_server():
    """rule: 7692-6.2-limit@server 7692-6.2-streamed@server"""
    with Listening("--once", "--max-message", "10M") as end:
        peer = peer_to(end.port, fields=[AGREED])
        try:
            peer.frame("binary", bomb(1 << 30), rsv=4)
            peer.expect_close(1009)
        except OSError:
            pass
        peer.hangup()
        equal(end.wait(), 110, "status")
        check("1009" in end.text(), f"it says {end.text()!r}")
        check(len(end.out) <= 10 << 20, "more was written")


@test
def a_long_compressed_message_in_fragments_with_pongs_between():
    """rule: 7692-6.1-fragments-sent@client 6455-5.4-answer-between@client
    6455-6.1-whole@client"""
    lines = b"".join(b"%d and its square %d; " % (i, i * i)
                     for i in range(100000))

    def script(peer):
        peer.handshake(fields=[AGREED])
        peer.frame("ping", "p")
        pongs, frames, got = 0, 0, b""
        while True:
            frame = peer.read_frame()
            if frame.name == "pong":
                pongs += 1
                continue
            check(frame.compressed, f"not compressed: {frame}")
            got += frame.payload
            frames += 1
            if frame.fin:
                break
        equal(got, lines, "the message")
        check(frames > 1, "one frame")
        if not pongs:
            peer.expect("pong", "p")
        peer.expect_close(1000)
        peer.close(1000)

    with Server(script) as server:
        with Run([WSTAP, "-w", "0", server.url], stdin=lines) as run:
            equal(run.wait(), 0, "status")


@test
def a_server_s_pong_while_a_long_record_goes_out():
    """rule: 6455-5.4-answer-between@server 6455-6.1-whole@server"""
    with Listening("--once", "-w", "0") as end:
        peer = peer_to(end.port)
        end.write(b"x" * 300000)  # no end of line: fragments
        peer.frame("ping", "p")
        seen, size = [], 0
        while "pong" not in seen:
            frame = peer.read_frame()
            seen.append(frame.name)
            size += len(frame.payload) * (frame.name != "pong")
        end.write(b"\n")
        end.close_stdin()
        fin = False
        while not fin:
            frame = peer.read_frame()
            size += len(frame.payload)
            fin = frame.fin
        equal(size, 300000, "bytes")
        peer.expect_close(1000)
        peer.close(1000)
        peer.expect_eof()
        peer.hangup()
        equal(end.wait(), 0, "status")


@test
def a_pong_between_the_frames_of_a_compressed_record():
    """rule: 6455-5.4-answer-between@client 7692-6.1-rsv1-sent@client"""
    def script(peer):
        peer.handshake(fields=[AGREED])
        ready.set()
        frame = peer.expect(("text",), fin=None)
        size = len(frame.payload)
        peer.frame("ping", "p")
        while frame.name != "pong":
            frame = peer.read_frame()
            size += len(frame.payload) * (frame.name != "pong")
        more.set()
        while not frame.fin or frame.name == "pong":
            frame = peer.read_frame()
            size += len(frame.payload)
        sizes.append(size)
        peer.expect_close(1000)
        peer.close(1000)

    ready, more, sizes = threading.Event(), threading.Event(), []
    random = os.urandom(300000).hex().encode()  # so that frames come of it
    with Server(script) as server:
        with Run([WSTAP, "-w", "0", server.url], close_stdin=False) as run:
            check(ready.wait(10), "it connects")
            run.background(run.feed, random, False)
            check(more.wait(10), "the pong comes")
            run.background(run.feed, b"\n", True)
            equal(run.wait(), 0, "status")
    equal(sizes, [len(random)], "bytes")
