"""README.md's table of wrong frames is true: each is sent to each server, and
what that answers is what the table says.

With WSTAP_INTEROP=print the table that is true is written to standard output.
"""

import contextlib
import json
import os
import re
import time

import lws
from harness import WSTAP, Run, check, equal, test
from readme import README
from real import Echo
from terminal import PATIENCE, Terminal

SERVERS = ("node `ws`", "python3-websockets", "libwebsockets")
OPTIONS = ("--no-compress", "-I", "jsonl", "-O", "jsonl", "-w", "inf")
# What a server gets to answer before it is asked whether it still talks: one
# that takes longer is asked all the same, and its answer is awaited.
LEISURE = 0.7
# And what one that takes it all for a payload is given to say otherwise.
SILENT = 5

# A kind, and its frames as the prompt takes them.
KINDS = (
    ("RSV1 without permessage-deflate", "rsv=4 text:hi"),
    ("RSV2", "rsv=2 text:hi"),
    ("RSV3", "rsv=1 text:hi"),
    ("a reserved data opcode", "opcode=3 text:hi"),
    ("a reserved control opcode", "opcode=0xb text:hi"),
    ("no mask", "mask=none text:hi"),
    ("a fragmented ping", "fin=0 opcode=ping text:hi"),
    ("a ping of 126 bytes", "opcode=ping fill:126"),
    ("a length of 2 in 16 bits", "lenbits=16 text:hi"),
    ("a length of 2 in 64 bits", "lenbits=64 text:hi"),
    ("a length with its top bit set", "len=9223372036854775808 text:hi"),
    ("a continuation of nothing", "opcode=cont text:hi"),
    ("a message inside an unfinished one", "fin=0 text:a", "text:b"),
    ("text that is not UTF-8", "hex:ff"),
    ("the same, cut into two frames", "fin=0 hex:c3", "opcode=cont hex:28"),
    ("a close of one byte", "opcode=close hex:03"),
    ("a close with 1005", "code=1005"),
    ("a close with 999", "code=999"),
    ("a close with 5000", "code=5000"),
    ("a close reason that is not UTF-8", "opcode=close hex:03e8ff"),
)
SILENCE = ("a length of 100, two bytes, silence", "len=100 text:hi")
HALF = ("half a frame, then the connection's end",
        "cut=4 pause=600s text:hi")


@contextlib.contextmanager
def servers():
    """The arguments that lead to each."""
    with Echo("ws") as node, Echo("websockets") as python, \
            lws.Server() as libwebsockets:
        yield dict(zip(SERVERS, (
            [node.url], [python.url],
            # Which says nothing about what comes.
            ["-s", "dumb-increment-protocol", libwebsockets.url])))


def record(words):
    """The words of a frame as an object of jsonl."""
    keys = (word.partition("=" if "=" in word else ":")[::2]
            for word in words.split())
    return json.dumps({"type": "frame", **dict(keys)}).encode() + b"\n"


def objects(run):
    """What came so far."""
    return [json.loads(line) for line in
            bytes(run.out).rpartition(b"\n")[0].splitlines()]


def answer(run):
    """What the table says of a run that ended."""
    closes = [o for o in objects(run) if o["type"] == "close"]
    if closes:
        return str(closes[0]["code"] or "no code")
    # As wrong as what it got.
    if run.process.returncode == 110:
        return "sends it back"
    check(run.process.returncode in (55, 56), run.text())
    return "hangs up"


def tried(where, *frames, probe=True):
    """Sends them, and a ping after them: what comes of it."""
    with Run([WSTAP, *OPTIONS, *where], close_stdin=False) as run:
        run.write(b"".join(record(words) for words in frames))
        with contextlib.suppress(Exception):
            run.process.wait(LEISURE)
        if probe and run.process.poll() is None:
            with contextlib.suppress(OSError):
                run.write(b'{"type":"ping","data":"after"}\n')
        deadline = time.monotonic() + SILENT
        while run.process.poll() is None and time.monotonic() < deadline:
            if "after" in (o["data"] for o in objects(run)
                           if o["type"] == "pong"):
                return "accepts it"
            time.sleep(0.02)
        if run.process.poll() is None:
            return "waits for more"
        run.wait()
        return answer(run)


def halved(where):
    with Terminal(["--no-compress", *where]) as terminal:
        terminal.wait_cursor(">", 2)
        terminal.type(f"/frame {HALF[1]}\r")
        # It is on its way where the counter says so.
        deadline = time.monotonic() + PATIENCE
        while ("on the wire 4" not in terminal.text() and
                time.monotonic() < deadline):
            terminal.type("/stats\r")
            terminal.pump(0.1)
        terminal.type("\x04")
        terminal.wait_for("Disconnected (code: ")
        code, = re.findall(r"Disconnected \(code: (\d+)", terminal.text())
        equal(terminal.wait(), 0, "status")
        return "hangs up" if code == "1006" else code


def table():
    head = ["a wrong frame", "`/frame` words", *SERVERS]
    lines = ["| " + " | ".join(head) + " |", "| --- " * len(head) + "|"]
    with servers() as where:
        for name, *frames in KINDS:
            words = ", then ".join(f"`{words}`" for words in frames)
            lines.append("| " + " | ".join(
                [name, words] + [tried(where[s], *frames) for s in SERVERS]) +
                " |")
        for (name, words), look in (
                (SILENCE, lambda w: tried(w, SILENCE[1], probe=False)),
                (HALF, halved)):
            lines.append("| " + " | ".join(
                [name, f"`{words}`"] + [look(where[s]) for s in SERVERS]) +
                " |")
    return "\n".join(lines)


if not lws.missing():
    @test(timeout=300)
    def the_table_of_wrong_frames():
        true = table()
        if os.environ.get("WSTAP_INTEROP") == "print":
            print(true)
        shown = re.search(r"^<!-- wrong frames -->\n(.*?)\n"
                          r"<!-- end of wrong frames -->$", README,
                          re.M | re.S)
        check(shown, "README.md has the table between its two marks")
        equal(shown[1].splitlines(), true.splitlines(), "the table")
