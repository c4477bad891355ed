"""What goes over the wire, where a transcript can't tell."""

import base64
import os
import time

import corpus
from harness import WSTAP, Run, check, equal, test, wstap
from scripted import Conversation, Server

SIZES = (0, 1, 124, 125, 126, 127, 65534, 65535, 65536, 65537, 131072, 300000)


def closing(peer):
    peer.expect_close(1000)
    peer.close(1000)
    peer.eof()
    peer.expect_eof()


@test
def each_length_in_its_shortest_form():
    # rule: 6455-5.2-length-sent@client
    def script(peer):
        peer.handshake()
        for size in SIZES:
            equal(peer.read_message(), ("text", b"x" * size), "a message")
        closing(peer)

    with Server(script) as server:
        lines = b"".join(b"x" * size + b"\n" for size in SIZES)
        equal(wstap("-w", "0", server.url, stdin=lines), (0, b"", ""),
              "the run")


@test
def each_length_is_received():
    # rule: 6455-5.2-length@client
    def script(peer):
        peer.handshake()
        for size in SIZES:
            peer.frame("text", "x" * size)
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        lines = b"".join(b"x" * size + b"\n" for size in SIZES)
        equal(wstap("-w", "inf", server.url), (0, lines, ""), "the run")


@test
def a_masking_key_of_its_own_for_each_frame():
    # rule: 6455-5.3-key@client
    keys = set()

    def script(peer):
        peer.handshake()
        for _ in range(2000):
            keys.add(peer.expect("text").key)
        keys.add(peer.expect_close(1000).key)
        peer.close(1000)

    for _ in range(2):
        with Server(script) as server:
            wstap("-w", "0", server.url, stdin=b"a\n" * 2000)
    # 4002 of 2^32: two alike are once in 500 runs, three alike never.
    check(len(keys) > 3998, f"{len(keys)} different keys of 4002")


@test
def a_key_of_16_random_bytes_for_each_handshake():
    # rule: 6455-4.1-request-key@client
    keys = set()

    def script(peer):
        keys.add(peer.handshake().get("Sec-WebSocket-Key"))
        closing(peer)

    for _ in range(3):
        with Server(script) as server:
            wstap("-w", "0", server.url)
    equal(len(keys), 3, "different keys")
    for key in keys:
        equal(len(base64.b64decode(key, validate=True)), 16, "bytes of a key")


@test
def the_wait_stands_still_while_stdout_is_blocked():
    data = corpus.noise(1 << 20)

    def script(peer):
        peer.handshake()
        for _ in range(4):
            peer.frame("binary", data)
        closing(peer)

    with Server(script) as server:
        reading, writing = os.pipe()
        with Run([WSTAP, "-w", "0.3", server.url], stdout=writing) as run:
            os.close(writing)
            time.sleep(1.5)
            got = bytearray()
            while True:
                piece = os.read(reading, 1 << 20)
                if not piece:
                    break
                got += piece
            os.close(reading)
            equal(run.wait(), 0, "status")
            check(bytes(got) == (data + b"\n") * 4,
                  f"{len(got)} bytes came of {4 * len(data) + 4}")


@test
def a_close_behind_a_blocked_stdout():
    """All that came is written, however late it is read."""
    data = corpus.noise(1 << 20)

    def script(peer):
        peer.handshake()
        peer.frame("binary", data)
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        reading, writing = os.pipe()
        with Run([WSTAP, server.url], stdout=writing,
                 close_stdin=False) as run:
            os.close(writing)
            time.sleep(7)
            got = bytearray()
            while True:
                piece = os.read(reading, 1 << 20)
                if not piece:
                    break
                got += piece
            os.close(reading)
            equal(run.wait(), 0, "status")
            check(bytes(got) == data + b"\n",
                  f"{len(got)} bytes came of {len(data) + 1}")


@test
def a_ping_is_answered_while_stdout_is_blocked():
    with Conversation() as server:
        reading, writing = os.pipe()
        with Run([WSTAP, server.url], stdout=writing,
                 close_stdin=False) as run:
            os.close(writing)
            peer = server.connected()
            # Fills the pipe, but not wstap.
            peer.frame("binary", bytes(100000))
            time.sleep(0.2)
            peer.frame("ping", "there?")
            peer.expect("pong", "there?")
            os.close(reading)
            peer.frame("binary", bytes(1000))
            peer.expect_close(1001)
            peer.close(1001)
            peer.eof()
            run.wait()


@test
def a_pong_is_sent_while_a_long_record_goes_out():
    # rule: 6455-5.4-answer-between@client
    with Conversation() as server, Run([WSTAP, "-w", "0", server.url],
                                       close_stdin=False) as run:
        peer = server.connected()
        run.write(b"x" * 300000)  # no end of line: fragments
        peer.frame("ping", "p")
        seen, size = [], 0
        while "pong" not in seen:
            frame = peer.read_frame()
            seen.append(frame.name)
            size += len(frame.payload) * (frame.name != "pong")
        run.write(b"\n")
        run.close_stdin()
        fin = False
        while not fin:
            frame = peer.read_frame()
            size += len(frame.payload)
            fin = frame.fin
        equal(size, 300000, "bytes")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, "status")
