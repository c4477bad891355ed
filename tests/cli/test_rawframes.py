"""Raw frames of jsonl, "type":"frame" and "raw", from either end. Those that
are typed: test_rawframes_prompt.py."""

import json
import re
import time

from harness import (CA, CERTS, WSTAP, Listening, Run, check, equal, test,
                     wait_until, wstap)
from rawframes import KEY, frame, lines, sends, take, takes, text
from scripted import Conversation, Server, peer_to

DEFLATE = ["Sec-WebSocket-Extensions: permessage-deflate"]


# In a pipe


@test
def headers_right_and_wrong():
    for wanted, keys in (
            ("8183 00000000 48656c", {"data": "Hel"}),
            ("0183 00000000 48656c", {"fin": 0, "data": "Hel"}),
            ("0183 00000000 48656c", {"fin": False, "data": "Hel"}),
            ("c182 00000000 6869", {"rsv": 4, "data": "hi"}),
            ("8b80 00000000", {"opcode": 11}),
            ("8a81 00000000 ff", {"opcode": "pong", "hex": "ff"}),
            ("82fe0002 00000000 6869", {"opcode": 2, "lenbits": 16,
                                        "base64": "aGk="}),
            ("81ff0000000000000002 00000000 6869",
             {"lenbits": 64, "data": "hi"}),
            ("81ff7fffffffffffffff 00000000 6869",
             {"len": 2 ** 63 - 1, "data": "hi"}),
            ("81ffffffffffffffffff 00000000 6869",
             {"len": str(2 ** 64 - 1), "data": "hi"}),
            ("8885 00000000 03ed627965", {"code": 1005, "reason": "bye"}),
            ("8182 0f000000 670f", {"mask": "0f000000", "hex": "680f"})):
        sends(bytes.fromhex(wanted), frame(**{**KEY, **keys}))


@test
def masks():
    sends(b"\x81\x02hi", frame(mask="none", data="hi"))

    def script(peer):
        peer.handshake()
        peer.expect("text", "hi")
        got = peer.expect("text")
        equal(bytes(b ^ 0xff for b in got.payload), b"hi", "wrongly masked")
        peer.finish()

    with Server(script) as server:
        equal(wstap("-I", "jsonl", "-w", "0", server.url, stdin=lines(
            frame(data="hi"), frame(mask="wrong", data="hi"))),
              (0, b"", ""), "the run")


@test
def bytes_without_a_header():
    sends(b"\x81\x80\0\0\0\0", {"type": "raw", "hex": "8180 00000000"})
    sends(b"no frame", {"type": "raw", "data": "no frame"},
          ends=lambda peer: peer.drain())


@test
def in_the_order_of_the_records():
    def script(peer):
        peer.handshake()
        peer.expect("text", "one")
        peer.expect("text", "two", fin=0)
        peer.expect("ping", "in it")
        peer.expect("continuation", "three")
        peer.expect("binary", "four")
        peer.expect("ping", "five")
        peer.expect("text", "six")
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        equal(wstap("-I", "jsonl", server.url, stdin=lines(
            text("one"), frame(fin=0, data="two"),
            {"type": "ping", "data": "in it"},
            frame(opcode="cont", data="three"),
            frame(opcode="binary", data="four"),
            {"type": "ping", "data": "five"}, text("six"))),
              (0, b"", ""), "the run")


@test
def a_message_of_the_engine_inside_one_of_raw_frames():
    def script(peer):
        peer.handshake(fields=DEFLATE)
        peer.expect("text", "a", fin=0)
        peer.expect("text", "b")
        peer.expect("continuation", "c")
        got = peer.read_message(compressed=True)
        equal(got, ("text", b"d" * 9000), "a compressed one")
        peer.expect("text", "e")
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        status, _, err = wstap(
            "-v", "-I", "jsonl", server.url, stdin=lines(
                frame(fin=0, data="a"), text("b"),
                frame(opcode="cont", data="c"), text("d" * 9000), text("e")))
    equal(status, 0, "status")
    # What ends the message is no fault.
    equal(len(re.findall("^[*] not vouched for", err, re.M)), 1, err)


@test
def a_pattern_of_many_megabytes():
    size, got = 64 << 20, []

    def script(peer):
        peer.handshake()
        got.append(take(peer, 14))
        left = size
        while left > 0:
            data = take(peer, min(left, 1 << 20))
            check(not data.strip(b"\xaa"), "the pattern")
            left -= len(data)
        peer.finish()

    with Server(script) as server:
        equal(wstap("-I", "jsonl", "-w", "0", server.url, stdin=lines(
            frame(fill="64M:aa", opcode="binary", **KEY))),
              (0, b"", ""), "the run")
    equal(got, [b"\x82\xff" + size.to_bytes(8, "big") + b"\0" * 4], "header")


@test
def a_cut_waits_until_all_before_it_has_left():
    """The pause is so long that only what is before it comes."""
    with Conversation() as server, Run(
            [WSTAP, "-I", "jsonl", server.url], stdin=lines(
                text("x"), frame(data="Hello", cut=3, pause="600s", **KEY),
                text("y"))) as run:
        peer = server.connected()
        peer.expect("text", "x")
        equal(take(peer, 3), b"\x81\x85\0", "before the cut")
        peer.expect_nothing(0.2)
        check(run.process.poll() is None, "it goes on")
        run.kill()


@test
def pauses_end_and_the_rest_follows():
    for pause in ("0ms", "1ms", "30ms"):
        sends(b"\x81\x85\0\0\0\0Hello\x81\x81\0\0\0\0x",
              frame(data="Hello", cut="1,2,6,8,99", pause=pause, **KEY),
              frame(data="x", **KEY))


@test
def pongs_wait_for_the_frame_s_end():
    def script(peer):
        peer.handshake()
        equal(take(peer, 8), b"\x81\x85\0\0\0\0He", "before the cut")
        peer.frame("ping", "p")
        peer.frame("text", "seen")
        equal(take(peer, 3), b"llo", "behind it")
        peer.expect("pong", "p")
        peer.finish()

    with Server(script) as server:
        equal(wstap("-I", "jsonl", "-w", "0", server.url, stdin=lines(
            frame(data="Hello", cut=8, pause="300ms", **KEY))),
              (0, b"seen\n", ""), "the run")


@test
def keep_alive_pings_wait_too():
    def script(peer):
        peer.handshake()
        equal(take(peer, 8), b"\x81\x85\0\0\0\0He", "before the cut")
        equal(take(peer, 3), b"llo", "behind it")
        peer.frame("pong", peer.expect("ping").payload)
        peer.close(1000)
        while peer.expect(("ping", "close")).name == "ping":
            pass
        peer.close_received = True
        peer.finish()

    with Server(script) as server:
        equal(wstap("-I", "jsonl", "--ping-interval", "0.05", "-w", "inf",
                    server.url, stdin=lines(
                        frame(data="Hello", cut=8, pause="400ms", **KEY))),
              (0, b"", ""), "the run")


@test
def the_answer_to_a_wrong_frame_is_told():
    def answer(peer):
        peer.close(1002, "no such opcode")
        peer.eof()
        peer.drain()

    for more in ({}, {"fill": "300"}):
        status, out, err = takes(b"\x83", "-w", "inf", objects=[
            frame(opcode=3, **more)], ends=answer)
        equal((status, out, err), (
            111, b"", "wstap: the server closed with 1002 (protocol error): "
            "no such opcode\n"), "the run")


@test
def one_that_was_begun_counts_as_sent():
    def script(peer):
        peer.handshake()
        take(peer, 8)
        peer.close(1002)
        try:
            peer.drain()
        except OSError:
            pass

    for behind, status in (([], 111), ([text("x")], 55)):
        with Server(script) as server:
            got, _, err = wstap("-I", "jsonl", server.url, stdin=lines(
                frame(rsv=7, data="Hello", cut=8, pause="600s", **KEY),
                *behind))
        equal(got, status, err)


@test
def silence_without_v_and_a_line_with_it():
    wanted = b"\xd1\x82\0\0\0\0hi"
    told = ("* not vouched for any more: RSV3 is set, which no extension was "
            "agreed on for (RFC 6455 5.2); RSV1 is set without "
            "permessage-deflate (RFC 6455 5.2)")
    for options, lines_told in (((), 0), (("-v",), 1)):
        _, _, err = takes(wanted, *options, objects=[
            frame(rsv=5, data="hi", **KEY)])
        equal(err.splitlines().count(told), lines_told, err)
    _, _, err = takes(b"\x81\x82\0\0\0\0hi", "-v", objects=[
        frame(data="hi", **KEY)])
    check("vouched" not in err, err)


@test
def a_close_of_one_s_own():
    """It is our close: nothing else follows, but what is raw."""
    def script(peer):
        peer.handshake()
        peer.expect_close(1001, "away")
        equal(take(peer, 8), b"\x81\x82\0\0\0\0hi", "behind the close")
        peer.close(1001)
        peer.eof()
        peer.expect_eof()

    objects = [frame(code=1001, reason="away"), frame(data="hi", **KEY)]
    for status, more in ((0, []), (55, [text("never")])):
        with Server(script) as server:
            got, _, err = wstap("-I", "jsonl", server.url,
                                stdin=lines(*objects, *more))
        equal(got, status, err)


@test
def standard_input_is_read_on_behind_a_close_of_one_s_own():
    with Conversation() as server, Run(
            [WSTAP, "-I", "jsonl", server.url], close_stdin=False) as run:
        peer = server.connected()
        run.write(lines(frame(code=1000)))
        peer.expect_close(1000)
        run.write(lines(frame(opcode="ping", data="p")))
        peer.expect("ping", "p")
        peer.close(1000)
        peer.eof()
        equal(run.wait(), 0, run.text())


@test
def lockstep_waits_for_no_answer_to_one():
    def script(peer):
        peer.handshake()
        peer.expect("text", "one")
        peer.expect("text", "two")
        peer.frame("text", "answer")
        peer.finish()

    with Server(script) as server:
        equal(wstap("-I", "jsonl", "--lockstep", "-w", "0", server.url,
                    stdin=lines(frame(data="one"), text("two"))),
              (0, b"answer\n", ""), "the run")


@test
def a_close_that_is_none():
    def script(peer):
        peer.handshake()
        peer.expect("close", b"\x03")
        peer.expect_close(1000)
        peer.close(1000)
        peer.finish()

    with Server(script) as server:
        equal(wstap("-I", "jsonl", "-w", "0", server.url, stdin=lines(
            frame(opcode="close", hex="03"))), (0, b"", ""), "the run")


@test
def an_end_in_the_middle_of_a_frame():
    """What is before the cut, and the connection's end: no close frame."""
    for number, status in ((None, 28), (15, 143)):
        with Conversation() as server, Run(
                [WSTAP, "-I", "jsonl", *(["--timeout", "1"] * (not number)),
                 server.url], stdin=lines(
                    frame(data="Hello", cut=3, pause="600s", **KEY))) as run:
            peer = server.connected()
            equal(take(peer, 3), b"\x81\x85\0", "before the cut")
            if number:
                run.signal(number)
            check(not peer.more(), "the end")
            equal(bytes(peer.buffer), b"", "nothing else")
            peer.hangup()
            equal(run.wait(), status, run.text())


def late(records):
    """How long after its --timeout a run ended, whose records the peer did not
    take whole, and who says nothing."""
    began = time.monotonic()
    with Conversation() as server, Run(
            [WSTAP, "-v", "-I", "jsonl", "--timeout", "1.5", server.url],
            stdin=lines(*records)) as run:
        server.connected()
        equal(run.wait(), 28, run.text())
        seconds = time.monotonic() - began - 1.5
        equal("the frame is left unfinished" in run.text(),
              "cut" in records[0], run.text())
        return seconds


@test
def a_timeout_does_not_wait_for_a_close_that_cannot_leave():
    """At a cut, and where the peer has taken nothing for long, raw or not: it
    is over sooner than where an answer to the close is waited for."""
    waits = late([text("hello")])
    for records in ([frame(data="Hello", cut=3, pause="600s")],
                    [frame(opcode="binary", fill="64M")],
                    [text("x" * (1 << 20))] * 32):
        check(any(late(records) < waits for _ in range(3)),
              f"{records[0]['type']}: it waits, as long as {waits} s")


@test
def what_cannot_be_read():
    def script(peer):
        peer.handshake()
        peer.expect("text", "x")
        peer.finish()

    with Server(script) as server:
        status, _, err = wstap("-I", "jsonl", server.url, stdin=lines(
            text("x"), frame(rsv=8)))
    equal((status, err), (
        26, "wstap: record 2 of standard input was not sent: rsv=8: 0 to 7 "
        "is expected (RSV1 is 4, RSV2 2, RSV3 1)\n"), "the run")


@test
def reconnecting_does_not_send_it_again():
    for more in ({}, {"cut": 8, "pause": "600s"}):
        reconnecting(frame(opcode=3, data="hi there", **KEY, **more))


def reconnecting(wrong):
    runs = []

    def script(peer):
        peer.handshake()
        runs.append(1)
        if len(runs) == 1:
            peer.expect("text", "one")
            equal(take(peer, 8), b"\x83\x88\0\0\0\0hi", "the wrong one")
            peer.rst()
            return
        peer.expect("text", "two")
        peer.close(1000)
        peer.finish()

    with Server(script) as server, Run(
            [WSTAP, "-I", "jsonl", "--reconnect", server.url],
            close_stdin=False) as run:
        run.write(lines(text("one"), wrong))
        wait_until(lambda: len(runs) == 2, "another connection")
        run.write(lines(text("two")))
        run.close_stdin()
        equal(run.wait(), 0, run.text())


@test
def they_are_counted():
    with Listening("-e") as echo:
        _, _, err = wstap("--stats=json", "--no-compress", "-I", "jsonl",
                          "-w", "0.2", echo.url, stdin=lines(
                              text("abc"), frame(fin=0, data="d"),
                              frame(opcode="cont", data="ef"),
                              frame(opcode="pong", data="ghij")))
    out = json.loads(err)["out"]
    equal(out["messages"], {"text": 2, "binary": 0}, "messages")
    equal(out["bytes"], 6, "bytes")
    equal({name: (t["frames"], t["bytes"]) for name, t in
           out["frames"].items() if t["frames"]},
          {"text": (2, 4), "continuation": (1, 2), "close": (1, 2),
           "pong": (1, 4)}, "frames")


@test
def over_tls():
    with Conversation(kind="tls", folder=CERTS) as server, Run(
            [WSTAP, "--ca", CA, "-I", "jsonl", "--timeout", "2", server.url],
            stdin=lines(
                frame(opcode=3, data="hi", cut=1, pause="10ms", **KEY),
                frame(data="Hello", cut=3, pause="600s", **KEY))) as run:
        peer = server.connected()
        equal(take(peer, 11), b"\x83\x82\0\0\0\0hi\x81\x85\0", "bytes")
        check(not peer.more(), "the end")
        equal(bytes(peer.buffer), b"", "nothing else")
        peer.hangup()
        equal(run.wait(), 28, run.text())


# A listener


@test
def from_a_listener():
    with Listening("-I", "jsonl", stdin=lines(
            frame(fin=0, data="a"), frame(opcode=0, mask="random", data="b"),
            frame(opcode=0, data="c")), close_stdin=False) as listener:
        peer = peer_to(listener.port)
        peer.expect("text", "a", fin=0)
        got = take(peer, 7)
        equal(got[:2], b"\x80\x81", "masked")
        equal(got[6] ^ got[2], ord("b"), "the payload")
        peer.expect("continuation", "c")
        peer.close(1000)
        peer.expect_close(1000)
        peer.expect_eof()
        peer.hangup()


@test
def to_several_clients():
    with Listening("--max-clients", "2", "--broadcast", "-I", "jsonl") as one:
        peers = [peer_to(one.port), peer_to(one.port)]
        one.write(lines(text("all"), frame(opcode=3, data="hi", cut=1,
                                           pause="20ms"), text("end")))
        for peer in peers:
            peer.expect("text", "all")
            equal(take(peer, 4), b"\x83\x02hi", "the frame")
            peer.expect("text", "end")
            peer.close(1000)
            peer.expect_close(1000)
            peer.expect_eof()
            peer.hangup()


@test
def one_of_several_clients_leaves_in_the_middle():
    with Listening("--max-clients", "2", "--broadcast", "-I", "jsonl") as one:
        peers = [peer_to(one.port), peer_to(one.port)]
        one.write(lines(frame(opcode=3, data="hi", cut=1, pause="500ms"),
                        text("end")))
        for peer in peers:
            equal(take(peer, 1), b"\x83", "before the cut")
        peers[0].close(1000)
        check(not peers[0].more(), "its end")
        equal(take(peers[1], 3), b"\x02hi", "behind it")
        peers[1].expect("text", "end")
        for peer in peers:
            peer.hangup()
