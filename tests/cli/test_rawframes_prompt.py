"""Raw frames that are typed: /frame and /raw at the prompt, and the examples
of the manual."""

import json
import os
import re

from harness import ROOT, check, equal, test
from rawframes import sends, take
from terminal import end, repl


@test
def at_the_prompt():
    with repl() as (terminal, peer):
        terminal.type("/frame fin=0 text:Hel\r")
        peer.expect("text", "Hel", fin=0)
        terminal.wait_for("not vouched for any more: the message is "
                          "unfinished")
        terminal.wait_cursor(">", 2)
        terminal.type("/frame opcode=cont text:lo,  you \r")
        peer.expect("continuation", "lo,  you ")
        terminal.type("typed\r")
        peer.expect("text", "typed")
        terminal.type("/raw hex:89 80 00000000\r")
        peer.expect("ping", "")
        terminal.wait_for("these bytes have no header of ours")
        end(terminal, peer)


@test
def what_is_wrong_at_the_prompt():
    with repl() as (terminal, peer):
        for line, says in (
                ("/frame", "/frame: which one? fin= rsv= opcode= mask= "),
                ("/raw", "/raw: which bytes? (as in /raw hex:8100)"),
                ("/frame rsv=9 text:x", "/frame: rsv=9: 0 to 7 is expected "),
                ("/raw hex:8", "/raw: hex:8: bytes of two hex digits are "),
                ("/frame pause=1s text:x", "/frame: pause= without cut=")):
            terminal.type(line + "\r")
            terminal.wait_for(says)
            terminal.wait_cursor(">", 2)
        peer.expect_nothing(0.1)
        end(terminal, peer)


@test
def what_is_typed_meanwhile_waits():
    with repl() as (terminal, peer):
        terminal.type("/frame cut=3 pause=1s mask=00000000 text:Hello\r")
        equal(take(peer, 3), b"\x81\x85\0", "before the cut")
        terminal.type("/ping\rafter\r")
        terminal.wait_for("not sent: a raw frame is not through yet")
        equal(take(peer, 8), b"\0\0\0Hello", "behind it")
        peer.expect("text", "after")
        end(terminal, peer)


@test
def leaving_in_the_middle_of_one():
    with repl() as (terminal, peer):
        terminal.type("/frame cut=3 pause=600s mask=00000000 text:Hello\r")
        equal(take(peer, 3), b"\x81\x85\0", "before the cut")
        terminal.type("\x04")
        check(not peer.more(), "the end")
        equal(bytes(peer.buffer), b"", "no close frame")
        terminal.wait_for("the frame is left unfinished: the connection ends "
                          "without a close frame")
        peer.frame("text", "the other half")
        terminal.wait_line("< the other half")
        peer.hangup()
        equal(terminal.wait(), 0, "status")


@test
def behind_a_close():
    with repl() as (terminal, peer):
        terminal.type("/close 1001\r")
        peer.expect_close(1001)
        terminal.type("hello\r")
        terminal.wait_for("not sent: the connection is closing")
        terminal.type("\x15/frame text:hi\r")
        peer.expect("text", "hi")
        terminal.wait_for("our close was sent before it")
        peer.close(1001)
        peer.eof()
        equal(terminal.wait(), 0, "status")


@test
def one_s_own_close_at_the_prompt():
    with repl() as (terminal, peer):
        terminal.type("/frame code=4000 reason=done\r")
        peer.expect_close(4000, "done")
        terminal.wait_for("it is our close: no message and no answer of ours")
        peer.close(4000, "done")
        peer.eof()
        terminal.wait_line('Disconnected (code: 4000, reason: "done")')
        equal(terminal.wait(), 0, "status")


# The manual


def manual():
    """The lines of the section's examples."""
    with open(os.path.join(ROOT, "man", "wstap.1.in"),
              encoding="utf-8") as file:
        found = re.search(r"^.Sh RAW FRAMES\n(.*?)^.Sh ", file.read(),
                          re.M | re.S)
    return [line.replace(r"\(dq", '"') for line in
            re.findall(r"^\.Dl (.*)$", found[1], re.M)]


@test
def the_manual_s_examples_at_the_prompt():
    wanted = {
        "/frame fin=0 text:Hel": "01 83 Hel",
        "/frame opcode=ping": "89 80",
        "/frame opcode=cont text:lo": "80 82 lo",
        "/frame rsv=7 text:hi": "f1 82 hi",
        "/frame len=100 text:hi": "81 e4 hi",
        "/frame code=1005": "88 82 \x03\xed",
        "/frame hex:ff": "81 81 \xff",
        "/raw text:GET / HTTP/1.1": None,
        "/frame cut=1,3 pause=200ms text:Hello": "81 85 Hello",
        "/frame cut=4 pause=600s text:hi": None,
    }
    typed = [line for line in manual() if line[0] == "/"]
    equal(typed, list(wanted), "the examples")
    with repl() as (terminal, peer):
        for line in typed[:-1]:
            terminal.type(line + "\r")
            if wanted[line] is None:
                equal(take(peer, 14), b"GET / HTTP/1.1", line)
                continue
            first, second, *payload = wanted[line].split()
            header = take(peer, 6)
            equal(header[:2].hex(), first + second, line)
            payload = "".join(payload).encode("latin-1")
            got = take(peer, len(payload))
            equal(bytes(b ^ header[2 + i % 4] for i, b in enumerate(got)),
                  payload, line)
        terminal.type(typed[-1] + "\r")
        equal(take(peer, 4)[:2], b"\x81\x82", "half of it")
        terminal.type("\x04")
        check(not peer.more() and not peer.buffer, "the end")
        peer.hangup()
        equal(terminal.wait(), 0, "status")


@test
def the_manual_s_examples_in_a_pipe():
    typed = [line for line in manual() if line[0] == "{"]
    sends(b"\x83\x02hi\x81\x00", *map(json.loads, typed))
