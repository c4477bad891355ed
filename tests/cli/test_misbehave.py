"""-l --misbehave: each fault is the one that its name says, to the byte, and
what node's ws, python3-websockets and wstap itself answer to it."""

import os
import re
import subprocess
import sys
import time
import zlib

import frames
from harness import (ENV, ROOT, WSTAP, Listening, check, equal, test,
                     wait_until, wstap)
from scripted import Client, Unexpected, peer_to
from terminal import Terminal
from together import together

SERVERS = os.path.join(ROOT, "tests", "servers")

# What is sent at the client's first message.
DEEDS = {
    "rsv": b"\xb1\x0dreserved bits",
    "reserved-opcode": b"\x83\x08reserved",
    "reserved-control": b"\x8b\x08reserved",
    "long-length": b"\x81\x7f" + bytes(7) + b"\x0bnot minimal",
    "top-bit": b"\x82\x7f\x80" + bytes(7),
    "oversize-ping": b"\x89\x7e\x00\x7e" + b"a" * 126,
    "fragmented-ping": b"\x09\x04half",
    "stray-continuation": b"\x80\x05stray",
    "interleaved": b"\x01\x09the first\x81\x0athe second",
    "bad-utf8": b"\x81\x02\xc3\x28",
    "bad-close-code": b"\x88\x02\x03\xed",
    "bad-close-reason": b"\x88\x04\x03\xe8\xc3\x28",
    "one-byte-close": b"\x88\x01\x03",
    "huge": b"\x82\x7f\x40" + bytes(7),
}

# The close code of each client's answer: ws, websockets, wstap.
ANSWERS = {
    "masked": (1002, 1002, 1002),
    "rsv": (1002, 1002, 1002),
    "reserved-opcode": (1002, 1002, 1002),
    "reserved-control": (1002, 1002, 1002),
    "top-bit": (1009, 1009, 1002),
    "oversize-ping": (1002, 1002, 1002),
    "fragmented-ping": (1002, 1002, 1002),
    "stray-continuation": (1002, 1002, 1002),
    "interleaved": (1002, 1002, 1002),
    "bad-utf8": (1007, 1007, 1007),
    "bad-close-code": (1002, 1002, 1002),
    "bad-close-reason": (1007, 1007, 1007),
    "one-byte-close": (1002, 1002, 1002),
}

# The same for the handshake's faults: what the client says of them.
HANDSHAKES = {
    "bad-status": ("Unexpected server response: 200", "HTTP 200",
                   "the server answered 200 OK"),
    "bad-upgrade": ("Unexpected server response: 101", "Upgrade",
                    "Upgrade is missing"),
    "bad-accept": ("Invalid Sec-WebSocket-Accept", "Sec-WebSocket-Accept",
                   "Sec-WebSocket-Accept is"),
    "bad-extension": ("extension that was not requested",
                      "Unsupported extension", "was not offered"),
    "bad-subprotocol": ("subprotocol but none was requested",
                        "no subprotocols supported", "was not offered"),
}


def names():
    status, out, err = wstap("-l", "0", "--misbehave", "any")
    equal((status, out, err.count("\n")), (2, b"", 1), "status, output, lines")
    return err.strip().partition(": there are ")[2].split(", ")


def read(peer, size):
    """So many bytes, as they are."""
    while len(peer.buffer) < size:
        if not peer.more():
            raise Unexpected(f"only {bytes(peer.buffer)!r} came")
    data = bytes(peer.buffer[:size])
    del peer.buffer[:size]
    return data


def to_the_byte(name, wanted):
    with Listening("--misbehave", name) as server:
        peer = peer_to(server.port)
        peer.frame("text", "go on")
        equal(read(peer, len(wanted)), wanted, name)
        peer.hangup()


@test
def each_deed_to_the_byte():
    together(to_the_byte, list(DEEDS.items()))


@test
def masked():
    with Listening("--misbehave", "masked") as server:
        peer = peer_to(server.port)
        peer.frame("text", "go on")
        frame, _ = frames.parse(bytearray(read(peer, 12)))
        equal((frame.name, frame.payload), ("text", b"masked"), "the frame")
        check(frame.key, "it is masked")
        peer.hangup()


@test
def the_bomb():
    """A gigabyte of zeros in a megabyte."""
    with Listening("--misbehave", "bomb") as server:
        peer = peer_to(server.port, fields=[
            "Sec-WebSocket-Extensions: permessage-deflate"])
        peer.frame("text", "go on")
        head = read(peer, 10)
        equal(head[:2], b"\xc2\x7f", "binary, compressed")
        size = int.from_bytes(head[2:], "big")
        check(size < 2 << 20, f"{size} bytes on the wire")
        inflate, total = zlib.decompressobj(-15), 0
        data = read(peer, size) + b"\0\0\xff\xff"
        while data:
            out = inflate.decompress(data, 1 << 20)
            check(not out.strip(b"\0"), "zeros")
            total += len(out)
            data = inflate.unconsumed_tail
        equal(total, 1 << 30, "inflated")
        peer.close(1000)
        peer.expect_close(1000)
        peer.hangup()


@test
def no_bomb_without_compression():
    with Listening("-v", "-e", "--misbehave", "bomb,bad-utf8") as server:
        peer = peer_to(server.port)
        peer.frame("text", "one")
        peer.expect("text", "one")
        peer.frame("text", "two")
        peer.expect("text", "two")
        equal(read(peer, 4), DEEDS["bad-utf8"], "the next deed")
        wait_until(lambda: "misbehaving: bomb: not without "
                   "permessage-deflate" in server.text(), "it is said")
        peer.hangup()


@test
def the_end_inside_a_frame():
    with Listening("--misbehave", "cut") as server:
        peer = peer_to(server.port)
        peer.frame("text", "go on")
        equal(read(peer, 6), b"\x81\x0ahalf", "half a frame")
        equal(peer.more(), False, "an orderly end")
        peer.hangup()
        again = peer_to(server.port)
        again.hangup()
    with Listening("--misbehave", "rst") as server:
        peer = peer_to(server.port)
        peer.frame("text", "go on")
        data = b""
        try:
            while True:
                piece = peer.sock.recv(100)
                check(piece, "no orderly end")
                data += piece
        except ConnectionResetError:
            pass
        check(b"\x81\x0ahalf".startswith(data), data)
        again = peer_to(server.port)
        again.close(1000)
        again.expect_close(1000)
        again.expect_eof()
        equal(server.text().count("\n"), 1, "lines on stderr")


@test
def close_first():
    with Listening("--misbehave", "close-first") as server:
        peer = peer_to(server.port)
        peer.expect_close(1000)
        peer.close(1000)
        peer.expect_eof()


@test
def without_a_message_a_second_later():
    with Listening("--misbehave", "bad-utf8,rsv") as server:
        peer = peer_to(server.port)
        began = time.monotonic()
        equal(read(peer, 4), DEEDS["bad-utf8"], "the first")
        equal(read(peer, 15), DEEDS["rsv"], "the second")
        check(time.monotonic() - began > 1.9, "a second each")
        peer.hangup()


@test
def one_after_another_and_each_client_gets_all():
    order = ["rsv", "one-byte-close", "bad-utf8", "huge"]
    with Listening("-e", "--max-clients", "2", "--misbehave",
                   ",".join(order[:2]), "--misbehave",
                   ",".join(order[2:])) as server:
        peers = [peer_to(server.port), peer_to(server.port)]
        for name in order:
            for peer in peers:
                peer.frame("text", name)
                echo = frames.frame("text", name)
                equal(read(peer, len(echo) + len(DEEDS[name])),
                      echo + DEEDS[name], name)
        for peer in peers:
            peer.hangup()


@test
def the_answer_of_the_handshake():
    faults = ",".join(["bad-accept", "bad-extension", "bad-subprotocol"])
    with Listening("--misbehave", faults) as server:
        peer = peer_to(server.port, upgrade=False)
        peer.request()
        head = peer.read_head()
        check(head.start.startswith("HTTP/1.1 101 "), head.start)
        equal(head.get("Upgrade"), "websocket", "Upgrade")
        equal(head.get("Sec-WebSocket-Extensions"), "x-unasked", "extension")
        equal(head.get("Sec-WebSocket-Protocol"), "x-unasked", "subprotocol")
        try:
            peer.upgraded()
        except Unexpected as error:
            check("Sec-WebSocket-Accept" in str(error), error)
        else:
            check(False, "the accept is right")
        peer.hangup()
    with Listening("--misbehave", "bad-status,bad-upgrade") as server:
        peer = peer_to(server.port, upgrade=False)
        peer.request()
        head = peer.read_head()
        equal((head.start, head.get("Upgrade")), ("HTTP/1.1 200 OK", None),
              "the answer")
        peer.hangup()


@test
def silent():
    with Listening("--misbehave", "silent", "--connect-timeout",
                   "0.2") as server:
        peer = peer_to(server.port, upgrade=False)
        peer.request()
        peer.expect_nothing(0.7)
        peer.hangup()
        again = peer_to(server.port, upgrade=False)
        again.request()
        again.expect_nothing(0.1)
        again.hangup()
        equal(server.text().count("\n"), 1, "lines on stderr")


@test
def no_pong_and_no_close():
    with Listening("-e", "--misbehave", "no-pong,no-close") as server:
        peer = peer_to(server.port)
        peer.frame("ping", "one")
        peer.frame("text", "two")
        peer.expect("text", "two")
        peer.close(1000)
        peer.expect_nothing(0.3)
        peer.hangup()
        # The next client's turn has come: it was seen to leave.
        again = peer_to(server.port)
        again.hangup()


def written_slowly(name, least):
    with Listening("-e", "--misbehave", name) as server:
        peer = Client(server.port)
        began = time.monotonic()
        peer.request()
        head = peer.read_head()
        took = time.monotonic() - began
        peer.upgraded()
        check(took > least(len(head.raw)), f"{name}: the answer in {took} s")
        began = time.monotonic()
        peer.frame("text", "hello")
        peer.expect("text", "hello")
        took = time.monotonic() - began
        check(took > least(7), f"{name}: the echo in {took} s")
        peer.close(1000)
        peer.expect_close(1000)
        peer.hangup()


@test
def slow_and_drip():
    together(written_slowly, [("slow", lambda _: 1.9),
                              ("drip", lambda n: (n - 1) * 0.009)])


CLIENTS = (["node", os.path.join(SERVERS, "client.mjs")],
           [sys.executable, os.path.join(SERVERS, "client_websockets.py")],
           [WSTAP, "-w", "inf", "-x", "hello"])


def run_client(number, url):
    command = CLIENTS[number] + [url]
    if number < 2:
        command.append("hello")
    done = subprocess.run(command, env=ENV, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=50, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def answered(name, number, code):
    with Listening("--once", "--misbehave", name) as server:
        status, _ = run_client(number, server.url)
        equal(server.wait(), 111, f"{name}: -l's status")
        check(f"the client closed with {code} (" in server.text(),
              f"{name}, {number}: {server.text()}")
        if number == 2:
            equal(status, 110, f"{name}: status")


@test(timeout=120)
def what_clients_answer():
    together(answered, [(name, number, code)
                        for name, codes in ANSWERS.items()
                        for number, code in enumerate(codes)])


def refused(name, number, words):
    with Listening("--once", "--misbehave", name) as server:
        _, said = run_client(number, server.url)
        check(words in said, f"{name}: {said}")


@test(timeout=120)
def what_clients_say_of_the_handshake():
    together(refused, [(name, number, words)
                       for name, said in HANDSHAKES.items()
                       for number, words in enumerate(said)])


@test
def what_wstap_answers_to_the_rest():
    for name, options, status in (
            ("cut", (), 56), ("rst", (), 56), ("close-first", None, 0),
            ("silent", ("--connect-timeout", "0.3"), 28),
            ("huge", ("--max-message", "1M"), 110),
            ("bomb", ("--max-message", "1M"), 110),
            ("no-close", ("-w", "0"), 0),
            ("no-pong", ("--ping-interval", "0.2"), 28),
            ("drip", ("-w", "0"), 0)):
        with Listening("--misbehave", name) as server:
            sent = () if options is None else ("-x", "hello", *options)
            got, _, err = wstap("-w", "inf", *sent, server.url)
            equal(got, status, f"{name}: status ({err})")


@test
def at_the_prompt_it_is_told():
    with Terminal(["-l", "0", "--misbehave", "rsv"]) as terminal:
        terminal.wait_for("listening on")
        port = int(re.search(r"listening on 127\.0\.0\.1:(\d+)",
                             terminal.text())[1])
        peer = peer_to(port)
        peer.frame("text", "go on")
        terminal.wait_for("Misbehaving: rsv")
        equal(read(peer, 15), DEEDS["rsv"], "the frame")
        peer.close(1002, "no")
        peer.expect_close(1002)
        peer.hangup()
        terminal.wait_for("1002")
        terminal.type("\x04")
        terminal.wait()


@test
def the_names_are_in_the_manual():
    with open(os.path.join(ROOT, "man", "wstap.1.in"),
              encoding="utf-8") as file:
        told = re.search(r"^\.Sh MISBEHAVING\n(.*?)^\.Sh ", file.read(),
                         re.M | re.S)[1]
    equal(names(), re.findall(r"^\.It Cm (\S+)$", told, re.M), "the names")


@test
def help_lists_them():
    for options in (["-l", "0", "--misbehave", "help"],
                    ["--misbehave=help"], ["--help", "misbehave"]):
        status, out, err = wstap(*options)
        equal((status, err), (0, ""), f"{options}: status, stderr")
        equal([line.split()[0] for line in out.decode().splitlines()[1:]],
              names(), f"{options}: the names")


@test
def wrong_command_lines():
    for options, words in (
            (["--misbehave", "rsv", "ws://127.0.0.1:1/"], "with -l"),
            (["-l", "0", "--misbehave", "rsv,wrong"],
             "--misbehave wrong: there are silent, "),
            (["-l", "0", "--misbehave", ""], "a name is empty: there are"),
            (["-l", "0", "--misbehave", "rsv,"],
             "--misbehave: a name is empty: there are")):
        status, out, err = wstap(*options)
        equal((status, out), (2, b""), f"{options}: status, output")
        check(words in err, err)
