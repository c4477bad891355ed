"""--stats and /stats: the numbers are those that the other end saw."""

import json
import random
import re
import select
import threading
import time

import frames
from harness import (WSTAP, Listening, Run, check, equal, test, wait_until,
                     wstap)
from scripted import Conversation, Server, free_port, peer_to
from terminal import end, repl

TIME = r"\d+\.\d{3} ms"


class Tally:
    """A peer whose bytes are counted, both ways, after the upgrade."""

    def __init__(self, peer):
        self.peer, self.sent, self.got = peer, 0, len(peer.buffer)
        send, more = peer.send, peer.more

        def counting_send(data):
            self.sent += len(data)
            send(data)

        def counting_more(*how):
            before = len(peer.buffer)
            came = more(*how)
            self.got += len(peer.buffer) - before
            return came

        peer.send, peer.more = counting_send, counting_more


def table(lines):
    """Word -> what is said of it; the words must stand in their column."""
    found = {}
    for line in lines:
        match = re.fullmatch(r"(?:  )?([a-zA-Z -]{14})(\S.*)", line)
        if match:
            found[match[1].rstrip()] = match[2]
    return found


def told(terminal):
    """What /stats says just now."""
    terminal.type("\x0c/stats\r")
    terminal.wait_for("  out           ")
    terminal.wait_cursor(">", 2)
    return table(terminal.lines())


def side(messages, size, wire, binary=0):
    kinds = f" ({binary} binary)" if binary else ""
    return (f"{messages} message{'' if messages == 1 else 's'}{kinds}, "
            f"{size:,} byte{'' if size == 1 else 's'}; "
            f"on the wire {wire:,}")


@test
def stats_of_an_open_connection():
    with repl() as (terminal, peer):
        tally = Tally(peer)
        found = told(terminal)
        equal((found["in"], found["out"]), (side(0, 0, 0),) * 2, "at first")
        check(not {"text", "ping", "round trips", "end", "compression",
                   "TLS", "first message"} & found.keys(), found)
        check(re.fullmatch(TIME, found["TCP"]), found)
        check(re.fullmatch(TIME, found["upgrade"]), found)
        check(re.fullmatch(r"\d+\.\d{3} m?s", found["open for"]), found)
        terminal.type("grüße\r/binary 123\r/hex 00 ff\r")
        for _ in range(3):
            peer.read_message()
        peer.frame("text", "a" * 1000)
        peer.frame("binary", b"\0" * 5)
        peer.frame("text", "b" * 300, fin=0)
        peer.frame("ping", "between")
        peer.expect("pong", "between")
        peer.frame("continuation", "c" * 300)
        terminal.wait_for("ccc")
        for data in "xyz":
            terminal.type(f"/ping {data}\r")
            peer.expect("ping", data)
            peer.frame("pong", data)
            terminal.wait_for("Pong after")
            terminal.wait_cursor(">", 2)
            terminal.type("\x0c")
            terminal.wait_for(lambda: "Pong" not in terminal.text(), "^L")
        terminal.type("/pong unasked\r")
        peer.expect("pong")
        peer.frame("pong", "unasked")
        peer.frame("text", "")
        terminal.wait_line("<")
        found = told(terminal)
        equal(found["in"], side(4, 1605, tally.sent, 1), "in")
        equal(found["out"], side(3, 12, tally.got, 2), "out")
        for word, says in (
                ("text", "in 3 frames (1,300 bytes), out 1 frame (7 bytes)"),
                ("binary", "in 1 frame (5 bytes), out 2 frames (5 bytes)"),
                ("continuation", "in 1 frame (300 bytes)"),
                ("ping", "in 1 frame (7 bytes), out 3 frames (3 bytes)"),
                ("pong", "in 4 frames (10 bytes), out 2 frames (14 bytes)")):
            equal(found[word], says, word)
        check(re.fullmatch(r"3: min \S+, median \S+, p95 \S+, p99 \S+, "
                           r"max \S+ ms", found["round trips"]), found)
        check(re.fullmatch(TIME, found["first message"]), found)
        end(terminal, peer)


@test
def stats_at_the_end_of_a_pipe():
    saw = {}

    def script(peer):
        peer.handshake()
        tally = Tally(peer)
        for text in ("one", "two"):
            peer.expect("text", text)
        peer.frame("binary", b"\1\2\3")
        peer.frame("ping", "p")
        peer.expect("pong", "p")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        saw["in"], saw["out"] = tally.sent, tally.got

    with Server(script) as server:
        status, out, err = wstap("--stats", "-w", "0.1", server.url,
                                 stdin=b"one\ntwo\n")
    equal((status, out), (0, b"\1\2\3\n"), "status and output")
    found = table(err.splitlines())
    equal(found["in"], side(1, 3, saw["in"], 1), "in")
    equal(found["out"], side(2, 6, saw["out"]), "out")
    for word, says in (
            ("text", "out 2 frames (6 bytes)"),
            ("binary", "in 1 frame (3 bytes)"),
            ("close", "in 1 frame (2 bytes), out 1 frame (2 bytes)"),
            ("ping", "in 1 frame (1 byte)"),
            ("pong", "out 1 frame (1 byte)")):
        equal(found[word], says, word)
    equal(found["end"],
          "closed by us, answered: 1000 (normal closure)", "end")
    equal(len(found), len(err.splitlines()), "lines that are no others")


@test
def a_long_message_is_counted():
    size = 5_000_000

    def script(peer):
        peer.handshake()
        peer.frame("binary", bytes(size))
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()

    with Server(script) as server:
        status, out, err = wstap("--stats", server.url)
    equal((status, len(out)), (0, size + 1), "status and output")
    found = table(err.splitlines())
    # Behind it comes the close frame of 4 bytes.
    equal(found["in"], side(1, size, size + 10 + 4, 1), "in")
    equal(found["binary"], f"in 1 frame ({size:,} bytes)", "binary")
    equal(found["end"], "closed by the other end: 1000 (normal closure)",
          "end")


@test
def compression_is_told():
    def script(peer):
        peer.handshake(fields=["Sec-WebSocket-Extensions: "
                               "permessage-deflate"])
        peer.expect("text", "z" * 10000, compressed=True)
        peer.deflated("text", b"y" * 20000)
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()

    with Server(script) as server:
        status, _, err = wstap("--stats", server.url,
                               stdin=b"z" * 10000 + b"\n")
    equal(status, 0, "status")
    found = table(err.splitlines())
    for word, size in (("in", 20000), ("out", 10000)):
        match = re.fullmatch(r"1 message, ([\d,]+) bytes; on the wire (\d+)",
                             found[word])
        check(match and match[1] == f"{size:,}", found)
        check(int(match[2]) < 200, found)
        packed = re.search(rf"{word} 1 frame \((\d+) bytes\)",
                           found["text"])
        check(f"{word} {size / int(packed[1]):,.2f} : 1" in
              found["compression"], found)


@test
def what_was_not_compressed_has_no_ratio():
    """Agreed on, but the message is too short for it."""
    def script(peer):
        peer.handshake(fields=["Sec-WebSocket-Extensions: "
                               "permessage-deflate"])
        peer.expect("text", "short")
        peer.deflated("text", b"y" * 20000)
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()

    with Server(script) as server:
        status, _, err = wstap("--stats", server.url, stdin=b"short\n")
    equal(status, 0, "status")
    found = table(err.splitlines())
    check(re.fullmatch(r"in \d{2,}\.\d\d : 1", found["compression"]), found)


@test
def how_it_ended():
    def refuse(peer):
        peer.read_head()
        peer.answer(status="HTTP/1.1 404 Not Found",
                    fields=["Content-Length: 0"])

    def error(peer):
        peer.handshake()
        peer.close(1011, "bad day")
        peer.expect_close(1011)
        peer.eof()

    def lose(peer):
        peer.handshake()
        peer.frame("text", "x")
        peer.eof()
        peer.drain()

    def break_rules(peer):
        peer.handshake()
        peer.send(frames.frame("text", "x", rsv=4))
        peer.expect_close(1002)
        peer.eof()

    for script, code, says in (
            (error, 111, "closed by the other end: 1011 (internal error): "
                         "bad day"),
            (lose, 56, "lost, without a close frame"),
            (break_rules, 110, "closed by us: 1002 (protocol error)")):
        with Server(script) as server:
            status, _, err = wstap("--stats", "--no-compress", server.url,
                                   "-w", "inf")
        equal(status, code, "status")
        found = table(err.splitlines())
        check(found["end"].startswith(says), err)
        # The frame that broke the rule is one of those that came.
        equal(found.get("text"), {error: None, lose: "in 1 frame (1 byte)",
                                  break_rules: "in 1 frame"}[script], "text")
    with Server(refuse) as server:
        status, _, err = wstap("--stats", server.url)
    equal(status, 22, "status")
    check("on the wire" not in err, err)


@test
def stats_at_the_end_of_the_prompt():
    with repl("--stats") as (terminal, peer):
        tally = Tally(peer)
        terminal.type("hello\r")
        peer.expect("text", "hello")
        peer.frame("text", "hello you")
        terminal.wait_line("< hello you")
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        terminal.type("\x15")
        end(terminal, peer)
        lines = terminal.lines()
        found = table(lines)
        equal(found["in"], side(1, 9, tally.sent), "in")
        equal(found["out"], side(1, 5, tally.got), "out")
        at = next(i for i, line in enumerate(lines)
                  if line.startswith("Disconnected"))
        check(lines[at + 1].startswith("TCP "), terminal.text())


@test
def stats_of_the_one_before():
    with repl("--stay") as (terminal, peer):
        terminal.type("hello\r")
        peer.expect("text", "hello")
        peer.close(1001, "going")
        peer.expect_close(1001)
        peer.eof()
        terminal.wait_for("Disconnected")
        found = told(terminal)
        check(found["out"].startswith("1 message, 5 bytes;"), found)
        check(found["end"].startswith("closed by the other end: 1001"), found)
        again = told(terminal)
        equal(again, found, "later: it stands still")
        terminal.type("\x04")
        equal(terminal.wait(), 0, "status")


@test
def stats_of_each_client():
    with Listening("--stats", "-e") as server:
        for i, text in enumerate(("first", "second one")):
            peer = peer_to(server.port)
            tally = Tally(peer)
            peer.frame("text", text)
            peer.expect("text", text)
            peer.close(1000)
            peer.expect_close(1000)
            peer.expect_eof()
            peer.hangup()
            wanted = [f"in            {side(1, len(text), tally.sent)}",
                      f"out           {side(1, len(text), tally.got)}"]
            wait_until(lambda n=i: server.text().count("\nend ") == n + 1,
                       "the client's statistics")
            lines = server.text().splitlines()
            for line in wanted:
                check(line in lines, f"{line!r} not in {server.text()}")
        check("look-up" not in server.text(), server.text())
        check("client" not in server.text(), server.text())


@test
def several_clients_have_their_numbers():
    with Listening("--stats", "--max-clients", "4", "-e") as server:
        first, second = peer_to(server.port), peer_to(server.port)
        for i, peer in enumerate((second, first)):
            peer.close(1000)
            peer.expect_close(1000)
            peer.expect_eof()
            peer.hangup()
            wait_until(lambda n=i: server.text().count("\nend ") == n + 1,
                       "the client's statistics")
        blocks = server.text().split("\nend ")
    for block, name in zip(blocks, ("client 2", "client 1")):
        equal(re.findall(r"^client.*\nupgrade", block, re.M),
              [f"{name}\nupgrade"], "what the block begins with")


@test
def without_it_nothing_is_said():
    def script(peer):
        peer.handshake()
        peer.expect("text", "one")
        peer.finish()

    with Server(script) as server:
        equal(wstap("-w", "0", server.url, stdin=b"one\n"), (0, b"", ""),
              "status, output, errors")


def as_json(*args, **how):
    """The status, and the one line that is JSON."""
    status, out, err = wstap("--stats=json", *args, **how)
    lines = [line for line in err.splitlines() if line.startswith("{")]
    equal(len(lines), 1, f"lines of JSON in {err!r}")
    return status, out, json.loads(lines[0])


def no_frames(side_of):
    return {name: tally for name, tally in side_of["frames"].items()
            if tally != {"frames": 0, "bytes": 0}}


@test
def stats_for_scripts():
    saw = {}

    def script(peer):
        peer.handshake(fields=["Sec-WebSocket-Extensions: "
                               "permessage-deflate"])
        tally = Tally(peer)
        peer.expect("text", "grüße".encode())
        peer.frame("binary", b"\1\2\3")
        peer.deflated("text", b"y" * 20000)
        peer.frame("pong", b"")
        peer.close(4001, 'a "reason"\x1b')
        peer.expect_close(4001)
        peer.eof()
        saw["in"], saw["out"] = tally.sent, tally.got

    with Server(script) as server:
        status, _, found = as_json("-w", "inf", "-x", "grüße", server.url)
    equal(status, 111, "status")
    equal(list(found), ["client", "phases", "open_ms", "in", "out",
                        "compression", "round_trips", "end"], "keys")
    equal((found["client"], found["phases"]["tls_ms"]), (None, None),
          "what there is not")
    for word in ("tcp_ms", "upgrade_ms", "first_message_ms"):
        check(found["phases"][word] >= 0, word)
    check(found["open_ms"] > 0, found["open_ms"])
    equal((found["in"]["messages"], found["in"]["bytes"],
           found["in"]["wire"]),
          ({"text": 1, "binary": 1}, 20003, saw["in"]), "in")
    equal((found["out"]["messages"], found["out"]["bytes"],
           found["out"]["wire"]),
          ({"text": 1, "binary": 0}, 7, saw["out"]), "out")
    equal(no_frames(found["out"]),
          {"text": {"frames": 1, "bytes": 7},
           "close": {"frames": 1, "bytes": 13}}, "frames out")
    equal({name: tally["frames"]
           for name, tally in no_frames(found["in"]).items()},
          {"text": 1, "binary": 1, "pong": 1, "close": 1}, "frames in")
    check(found["compression"]["in"] > 100, found["compression"])
    equal(found["round_trips"]["count"], 0, "round trips")
    equal(found["end"], {"by": "peer", "code": 4001,
                         "reason": 'a "reason"\x1b', "clean": True}, "end")


@test
def the_keys_are_always_there():
    """Also of a connection that broke, or that never opened."""
    def lose(peer):
        peer.handshake()
        peer.frame("text", "x")
        peer.rst()

    def refuse(peer):
        peer.read_head()
        peer.answer(status="HTTP/1.1 404 Not Found",
                    fields=["Content-Length: 0"])

    def keys(value):
        return {name: keys(inner) for name, inner in value.items()} \
            if isinstance(value, dict) else None

    with Server(lose) as server:
        status, _, lost = as_json("-w", "inf", server.url, stdin=b"",
                                  close_stdin=False)
    equal(status, 56, "lost: status")
    equal(lost["end"], {"by": "lost", "code": None, "reason": None,
                        "clean": False}, "lost: end")
    with Server(refuse) as server:
        status, _, refused = as_json(server.url)
    equal(status, 22, "refused: status")
    equal((refused["end"]["by"], refused["open_ms"]), ("never_open", None),
          "refused: end")
    check(refused["phases"]["tcp_ms"] >= 0, refused["phases"])
    equal(refused["phases"]["upgrade_ms"], None, "refused: upgrade")
    equal(keys(refused), keys(lost), "keys")
    status, _, alone = as_json(f"ws://127.0.0.1:{free_port()}/")
    equal((status, alone["end"]["by"], alone["phases"]["tcp_ms"]),
          (7, "never_open", None), "nobody there")


@test
def a_connection_that_never_opened():
    status, out, err = wstap("--stats", f"ws://127.0.0.1:{free_port()}/")
    equal((status, out), (7, b""), "status, output")
    equal(table(err.splitlines()), {"end": "it was never open"}, "what is said")


@test
def a_broken_connection_inside_a_message():
    """What came of a frame is counted, and no more."""
    def script(peer):
        peer.handshake()
        peer.send(frames.frame("binary", bytes(1000))[:500])
        peer.eof()
        peer.drain()

    with Server(script) as server:
        status, _, found = as_json("-w", "inf", server.url)
    equal(status, 56, "status")
    equal((found["in"]["wire"], found["in"]["messages"]["binary"]),
          (500, 0), "in")
    equal(found["in"]["frames"]["binary"], {"frames": 1, "bytes": 496},
          "the frame")


def arrived(peer):
    """What a peer that read nothing finds when all is over: the bytes, and
    the frames of which the header came, cut off or not."""
    while peer.more():
        pass
    data, at, found = bytes(peer.buffer), 0, []
    while at < len(data):
        frame, used = frames.parse(data[at:at + 2000])
        if not frame:
            # The header has eight bytes.
            found += [len(data) - at - 8] * (len(data) - at >= 8)
            break
        found.append(len(frame.payload))
        at += used
    return len(data), found


@test
def what_never_left_was_not_sent():
    """The peer reads nothing: what is in our buffer at the end does not
    count, and neither does the close behind it."""
    line = b"x" * 999 + b"\n"
    with Conversation() as server:
        status, _, found = as_json("--no-compress", "--timeout", "1",
                                   server.url, stdin=line * 20000)
        wire, sizes = arrived(server.connected())
    equal(status, 28, "status")
    out = found["out"]
    equal(out["wire"], wire, "bytes that came")
    equal(no_frames(out), {"text": {"frames": len(sizes),
                                    "bytes": sum(sizes)}}, "frames")
    equal((out["messages"], out["bytes"]),
          ({"text": sizes.count(999), "binary": 0}, sum(sizes)), "messages")
    equal(found["end"], {"by": "us", "code": None, "reason": None,
                         "clean": False}, "end")


@test
def compressed_bytes_that_never_left():
    """Of these it is not known how many they are, but about."""
    def script(peer):
        peer.handshake(fields=["Sec-WebSocket-Extensions: "
                               "permessage-deflate"])
        read.wait(60)

    read = threading.Event()
    noise = random.Random(1)
    lines = [noise.randbytes(500).hex().encode() for _ in range(12000)]
    with Server(script) as server:
        status, _, found = as_json("--timeout", "1.5", server.url,
                                   stdin=b"\n".join(lines))
        read.set()
    equal(status, 28, "status")
    sent = found["out"]["messages"]["text"]
    check(100 < sent < 12000, found["out"])
    check(sent * 995 < found["out"]["bytes"] < (sent + 1) * 1005,
          found["out"])
    check(1.5 < found["compression"]["out"] < 2.2, found["compression"])


@test
def an_end_without_a_close_frame():
    frame = b'{"type":"frame","cut":4,"pause":"600s","data":"hi"}\n'
    for how in ((), ("-v",)):
        with Conversation() as server:
            status, _, err = wstap("--stats", *how, "-I", "jsonl",
                                   "--timeout", "0.3", server.url,
                                   stdin=frame)
            wire, _ = arrived(server.connected())
        equal(status, 28, "status")
        found = table(err.splitlines())
        equal(found["end"], "ended by us, without a close frame", "end")
        equal(found["out"], side(0, 0, wire), "out")
        check("text" not in found and "close" not in found, found)
    check("the connection ends without a close frame" in err, err)


@test
def a_connection_that_breaks_before_our_close():
    """It was to be closed, but nothing left any more."""
    for _ in range(3):
        with Conversation() as server, Run(
                [WSTAP, "--stats", "--no-compress", "-m", "1", server.url],
                stdin=b"x" * 20_000_000) as run:
            peer = server.connected()
            # Until nothing more comes, where the machine does not stand still.
            select.select([peer.sock], [], [])
            time.sleep(0.5)
            peer.frame("text", "enough")
            wait_until(lambda: b"enough" in run.out, "the message")
            time.sleep(0.1)
            peer.rst()
            run.wait()
        end = table(run.text().splitlines())["end"]
        if end == "lost, without a close frame":
            return
    equal(end, "lost, without a close frame", "end")


@test
def a_client_has_its_number():
    with Listening("--stats=json", "-e") as server:
        for i in range(2):
            peer = peer_to(server.port)
            peer.close(1000)
            peer.expect_close(1000)
            peer.expect_eof()
            peer.hangup()
            wait_until(lambda n=i: server.text().count("\n{") == n + 1,
                       "the client's line")
    found = [json.loads(line) for line in server.text().splitlines()
             if line.startswith("{")]
    equal([one["client"] for one in found], [1, 2], "the numbers")
