"""Formats on long and many messages, and round trips. What fits a line is in
formats.t and jsonl.t."""

import base64
import hashlib
import json
import os
import re
import struct

from harness import (TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until, wstap)
from scripted import Conversation, Server

MIB = 1 << 20
ANY = bytes(range(256))
TEXT = "0123456789 é€😀 \u202e\x9b\x00\"\\\n".encode()


def short(messages):
    """Messages as they can be compared and shown."""
    return [(kind, data if len(data) < 100 else
             f"{len(data)} {hashlib.sha256(data).hexdigest()}")
            for kind, data in messages]


def same(got, wanted, what):
    """Fails with the first message that is another one."""
    got, wanted = short(got), short(wanted)
    for i, (one, other) in enumerate(zip(got, wanted)):
        equal(one, other, f"{what}: message {i}")
    equal(len(got), len(wanted), f"{what}: number of messages")


class Recorder(Server):
    """A server that keeps what it gets: data messages and pings."""

    def __init__(self, **how):
        super().__init__(self.record, **how)
        self.got = []

    def record(self, peer):
        peer.handshake()
        parts = []
        while True:
            frame = peer.read_frame()
            if frame is None or frame.name == "close":
                break
            if frame.name in ("ping", "pong"):
                self.got.append((frame.name, frame.payload))
                continue
            if frame.name != "continuation":
                kind, parts = frame.name, []
            parts.append(frame.payload)
            if frame.fin:
                self.got.append((kind, b"".join(parts)))
        peer.close(1000)
        peer.finish()


def sent(data, *options):
    """What a server gets for the standard input."""
    with Recorder() as server:
        status, out, err = wstap("-w", "0", *options, server.url, stdin=data)
    equal((status, out, err), (0, b"", ""), "the run")
    return server.got


def written(messages, *options, fragment=0):
    """Standard output for what a server sends."""
    def script(peer):
        peer.handshake()
        peer.cork()
        for kind, data in messages:
            step = fragment or max(len(data), 1)
            ends = range(0, max(len(data), 1), step)
            for at in ends:
                peer.frame("continuation" if at else kind,
                           data[at:at + step], fin=int(at == ends[-1]))
        peer.uncork()
        peer.close(1000)
        while peer.read_frame().name == "pong":
            pass
        peer.finish()

    with Server(script) as server:
        status, out, err = wstap("-w", "inf", *options, server.url)
    equal((status, err), (0, ""), "the run")
    return out


def cut_length(data):
    """length's records."""
    got, at = [], 0
    while at < len(data):
        n = struct.unpack_from("!I", data, at)[0]
        check(at + 4 + n <= len(data), "the last record is whole")
        got.append(data[at + 4:at + 4 + n])
        at += 4 + n
    return got


def as_length(records):
    return b"".join(struct.pack("!I", len(r)) + r for r in records)


LONG = [("text", TEXT * (70000 // len(TEXT))),
        ("text", b""),
        ("text", TEXT * (3 * MIB // 2 // len(TEXT))),
        ("text", b"end")]
BINARY = [("binary", data) for data in
          [ANY, b"", *(bytes([n]) for n in range(256)),
           os.urandom(65535), os.urandom(65536), os.urandom(65537),
           os.urandom(3 * MIB // 2 + 1), ANY[::-1]]]
MANY = [("text", b"message %d" % n * (n % 7)) for n in range(10000)]

# --- round trips


def round_trip_jsonl(messages, **how):
    same(sent(written(messages, "-O", "jsonl", **how), "-I", "jsonl"),
         messages, "jsonl")


def round_trip_length(messages, *options, **how):
    same(sent(written(messages, "-O", "length", **how), "-I", "length",
              *options), messages, "length")


@test
def jsonl_again_long_texts():
    round_trip_jsonl(LONG)


@test
def jsonl_again_long_texts_in_fragments():
    """Characters and escapes are cut everywhere."""
    round_trip_jsonl(LONG[:2], fragment=1009)


@test
def jsonl_again_every_byte():
    round_trip_jsonl(BINARY)


@test
def jsonl_again_every_character():
    """All of Unicode but the surrogates, 4096 a message."""
    def characters(n):
        return "".join(chr(c) for c in range(n, n + 4096)
                       if not 0xd800 <= c < 0xe000).encode()
    round_trip_jsonl([("text", characters(n))
                      for n in range(0, 0x110000, 4096)])


@test
def jsonl_again_10000_messages():
    round_trip_jsonl(MANY)


@test
def jsonl_again_text_and_binary_and_pings():
    mixed = [("text", b"a"), ("ping", b"b"), ("binary", b"c"),
             ("ping", b"\xff"), ("pong", b"d"), ("text", b"")]
    lines = written(mixed, "-O", "jsonl")
    equal([json.loads(line)["type"] for line in lines.splitlines()],
          ["open", *(kind for kind, _ in mixed), "close"], "types")
    same(sent(lines, "-I", "jsonl"), mixed, "jsonl")


@test
def length_again_long_texts():
    round_trip_length(LONG)


@test
def length_again_long_texts_in_fragments():
    round_trip_length(LONG[:2], fragment=1009)


@test
def length_again_every_byte():
    round_trip_length(BINARY, "-b")


@test
def length_again_10000_messages():
    round_trip_length(MANY)


@test
def nul_again():
    messages = [("text", data.replace(b"\0", b"")) for _, data in LONG + MANY]
    same(sent(written(messages, "-O", "nul"), "-I", "nul"), messages, "nul")


@test
def lines_again():
    messages = [("text", data.replace(b"\n", b"")) for _, data in LONG + MANY]
    same(sent(written(messages)), messages, "lines")


# --- out: exact on long messages


@test
def out_of_every_format_on_long_messages():
    messages = LONG + BINARY + MANY[:100]
    data = [d for _, d in messages]
    for fragment in (0, 60000):
        equal(written(messages, fragment=fragment), b"".join(
            d + b"\n" for d in data), "lines")
        equal(written(messages, "-O", "nul", fragment=fragment), b"".join(
            d + b"\0" for d in data), "nul")
        equal(written(messages, "-O", "raw", fragment=fragment),
              b"".join(data), "raw")
        equal(cut_length(written(messages, "-O", "length",
                                 fragment=fragment)), data, "length")


def objects(lines):
    """jsonl's messages, read by another library."""
    got = []
    for line in lines.decode().splitlines():
        o = json.loads(line)
        if o["type"] in ("text", "binary"):
            equal(list(o), ["time", "dir", "type", "size",
                            "data" if o["type"] == "text" else "base64"],
                  "keys")
            data = (o["data"].encode() if o["type"] == "text" else
                    base64.b64decode(o["base64"], validate=True))
            equal(o["size"], len(data), "size")
            got.append((o["type"], data))
    return got


@test
def jsonl_out_as_another_library_reads_it():
    messages = LONG + BINARY + MANY[:100]
    same(objects(written(messages, "-O", "jsonl")), messages, "jsonl")


@test
def jsonl_out_is_safe_text():
    """No control, bidi or zero-width character comes out as itself."""
    everything = "".join(chr(c) for c in range(0x3000)) + "\U000e0041"
    out = written([("text", everything.encode())], "-O", "jsonl").decode()
    bad = re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f"
                     "\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]",
                     out)
    equal(bad, [], "characters that act")
    same(objects(out.encode()), [("text", everything.encode())], "text")


@test
def streamed_out_before_the_message_ends():
    """lines, nul and raw: a fragment is written when it comes."""
    for name, mark in (("lines", b"\n"), ("nul", b"\0"), ("raw", b"")):
        with Conversation() as server, Run(
                [WSTAP, "-O", name, server.url], close_stdin=False) as run:
            peer = server.connected()
            peer.frame("binary", "one", fin=0)
            wait_until(lambda r=run: r.out == b"one", f"{name}: a fragment")
            peer.frame("continuation", "two")
            peer.close(1000)
            peer.expect_close(1000)
            peer.eof()
            equal(run.wait(), 0, "status")
            equal(bytes(run.out), b"onetwo" + mark, name)


@test
def a_lost_message_has_no_end_mark():
    for name in ("lines", "nul", "raw"):
        with Conversation() as server, Run(
                [WSTAP, "-O", name, server.url], close_stdin=False) as run:
            peer = server.connected()
            peer.frame("text", "one", fin=0)
            peer.rst()
            equal(run.wait(), 56, "status")
            check(bytes(run.out) in (b"", b"one"), name)


@test
def length_out_takes_no_message_past_the_limit():
    def script(peer):
        peer.handshake()
        peer.frame("binary", bytes(1000))
        peer.frame("binary", bytes(1001))
        peer.expect_close(1009)
        peer.drain()

    for name in ("length", "jsonl"):
        with Server(script) as server, Run(
                [WSTAP, "-O", name, "--max-message", "1000", server.url],
                close_stdin=False) as run:
            equal(run.wait(), 110, "status")
            check("--max-message" in run.text(), run.text())
            if name == "length":
                equal(cut_length(run.out), [bytes(1000)], "what was written")
            else:
                same(objects(bytes(run.out)), [("binary", bytes(1000))], name)


# --- in: exact on long records


@test
def in_of_every_format_on_long_records():
    data = [d for _, d in BINARY]
    same(sent(b"".join(d.replace(b"\n", b"") + b"\n" for d in data), "-b"),
         # A CR before the end is the line's.
         [("binary", re.sub(rb"\r\Z", b"", d.replace(b"\n", b"")))
          for d in data], "lines")
    same(sent(b"".join(d.replace(b"\0", b"") + b"\0" for d in data), "-b",
              "-I", "nul"),
         [("binary", d.replace(b"\0", b"")) for d in data], "nul")
    same(sent(as_length(data), "-b", "-I", "length"), BINARY, "length")
    joined = b"".join(data)
    same(sent(joined, "-b", "-I", "whole"), [("binary", joined)], "whole")
    same(sent(joined.replace(b"\0", b"")[:-1] + b"\r\n", "-b", "-I", "whole"),
         [("binary", joined.replace(b"\0", b"")[:-1] + b"\r\n")], "whole")


@test
def whole_and_file_of_long_text():
    text = LONG[2][1]
    same(sent(text, "-I", "whole"), [("text", text)], "whole")
    path = os.path.join(TMP, f"whole-{os.getpid()}")
    with open(path, "wb") as file:
        file.write(text)
    same(sent(b"", "-f", path, "-f", path),
         [("text", text), ("text", text)], "-f")


def refused(data, number, *options, start=()):
    """A record that can't be sent: 26, after all before it."""
    with Recorder() as server:
        status, out, err = wstap("-w", "0", *options, server.url, stdin=data)
    equal((status, out), (26, b""), "the run")
    check(re.match(rf"wstap: record {number} of standard input ", err), err)
    equal(err.count("\n"), 1, "lines on stderr")
    same(server.got, list(start), "what was sent")


@test
def long_records_that_are_not_UTF8_are_never_finished():
    bad = b"a" * 300000 + b"\xe2\x82"
    for options, mark in (((), b"\n"), (("-I", "nul"), b"\0")):
        refused(b"one" + mark + bad + mark + b"never" + mark, 2, *options,
                start=[("text", b"one")])
    refused(as_length([b"one", bad, b"never"]), 2, "-I", "length",
            start=[("text", b"one")])
    refused(bad, 1, "-I", "whole")


@test
def characters_across_the_buffer_s_edge():
    """At each offset of a three-byte character."""
    for shift in range(3):
        text = b"a" * shift + "€".encode() * 50000
        same(sent(text + b"\n"), [("text", text)], f"shifted by {shift}")


@test
def a_long_jsonl_line_that_is_bad():
    good = json.dumps({"type": "text", "data": "a" * 200000}).encode()
    refused(good + b"\n" + good[:-1] + b"\n" + good + b"\n", 2, "-I", "jsonl",
            start=[("text", b"a" * 200000)])


@test
def ten_thousand_bad_at_the_end():
    lines = b"".join(b'{"type":"text","data":"%d"}\n' % n
                     for n in range(10000))
    refused(lines + b"{}\n", 10001, "-I", "jsonl",
            start=[("text", b"%d" % n) for n in range(10000)])


@test
def a_length_cut_off_in_a_long_record():
    with Recorder() as server:
        status, _, err = wstap("-I", "length", "-w", "0", server.url,
                               stdin=as_length([b"one"]) +
                               struct.pack("!I", 4 << 20) + b"a" * MIB)
    equal(status, 26, "status")
    check(f"{3 * MIB} bytes are missing" in err, err)
    same(server.got, [("text", b"one")], "what was sent")


# --- raw


@test
def raw_is_a_tunnel_both_ways():
    """Every byte, at any pace, to an echo and back."""
    data = ANY * 40 + os.urandom(MIB) + ANY
    with Listening("-e") as echo, Run(
            [WSTAP, "--format", "raw", "-w", "inf", echo.url],
            close_stdin=False) as run:
        for piece in (b"\0", b"\n", b"\xff\r\n"):
            before = len(run.out)
            run.write(piece)
            wait_until(lambda b=before, p=piece: run.out[b:] == p, "an echo")
        del run.out[:]
        for at in range(0, len(data), 50021):
            run.write(data[at:at + 50021])
        wait_until(lambda: len(run.out) >= len(data), "all of it")
        equal(hashlib.sha256(run.out).hexdigest(),
              hashlib.sha256(data).hexdigest(), "what came back")


@test
def raw_through_a_listener_and_a_client():
    """Two of them make a pipe."""
    data = os.urandom(300000)
    with Listening("--format", "raw", "--once") as there, Run(
            [WSTAP, "--format", "raw", "-w", "0", there.url],
            stdin=data) as here:
        equal(here.wait(), 0, "the client's status")
        equal(there.wait(), 0, "the listener's status")
        equal(bytes(there.out), data, "what came through")
