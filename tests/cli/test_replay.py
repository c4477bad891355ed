"""--replay and --replay-check: a record, sent again and compared."""

import json
import os
import time

import real
from harness import (TMP, WSTAP, Listening, Run, check, equal, test,
                     wait_until, wstap)
from scripted import Conversation, Server, peer_to
from terminal import end, repl

DIFFERS = "wstap: what came differs from the record (--replay-check)\n"


def write(name, *lines, har=False):
    """A record: (seconds since its opening, way, type, data) each."""
    path = os.path.join(TMP, name)
    with open(path, "w", encoding="utf-8") as file:
        if har:
            file.write(json.dumps({"log": {"entries": [
                {"request": {"url": "ws://there/"},
                 "_resourceType": "websocket", "_webSocketMessages": [
                     har_message(*line) for line in lines]}]}}, indent=1))
        else:
            for line in ((0, None, "open", None), *lines):
                file.write(json.dumps(event(*line)) + "\n")
    return path


def event(seconds, way, kind, data=None):
    found = {"time": f"2026-01-31T12:00:{seconds:09.6f}Z", "type": kind}
    if way:
        found["dir"] = {"<": "in", ">": "out"}[way]
    if kind == "close":
        found["code"], found["reason"] = data
    elif kind == "frame":
        found.update(data)
    elif kind == "binary":
        found["base64"] = data
    elif data is not None:
        found["data"] = data
    return found


def har_message(seconds, way, kind, data):
    return {"type": {"<": "receive", ">": "send"}[way],
            "time": 1769860800 + seconds, "opcode":
            {"text": 1, "binary": 2}[kind], "data": data}


def replay(path, script, *options):
    with Server(script) as server:
        return wstap("--replay", path, *options, server.url)


def told(sent, same, differences):
    return (f"wstap: replayed {sent} message{'' if sent == 1 else 's'}, "
            f"{same} came as recorded, {differences} "
            f"difference{'' if differences == 1 else 's'}\n")


# --- what is sent ---


@test
def what_was_sent_is_sent_again():
    path = write("sent.jsonl", (0, ">", "text", "grüße"),
                 (0, "<", "text", "not this"), (0, ">", "binary", "AP8="),
                 (0, ">", "ping", "p"), (0, ">", "pong", "unasked"),
                 (0, ">", "frame", {"fin": True, "opcode": 3, "hex": "01"}),
                 (0, ">", "text", "last"))

    def script(peer):
        peer.handshake()
        equal(peer.read_message(), ("text", "grüße".encode()), "first")
        equal(peer.read_message(), ("binary", b"\0\xff"), "second")
        peer.expect("ping", "p")
        peer.expect("pong", "unasked")
        equal(peer.read_frame().opcode, 3, "the raw frame")
        equal(peer.read_message(), ("text", b"last"), "last")
        peer.frame("text", "an answer")
        peer.finish()
    equal(replay(path, script, "-w", "0.2"), (0, b"an answer\n", ""),
          "the run")


@test
def a_har_of_a_browser_too():
    path = write("sent.har", (0, ">", "text", "hi"), (0, "<", "text", "ho"),
                 (0, ">", "binary", "AP8="), har=True)

    def script(peer):
        peer.handshake()
        equal(peer.read_message(), ("text", b"hi"), "first")
        equal(peer.read_message(), ("binary", b"\0\xff"), "second")
        peer.finish()
    equal(replay(path, script, "-w", "0"), (0, b"", ""), "the run")


@test
def pauses_are_those_of_the_record():
    """Counted from the opening, and twice as long at half the speed: no
    message comes before its time."""
    path = write("pauses.jsonl", (0.1, ">", "text", "a"),
                 (0.1, ">", "text", "b"), (0.3, ">", "text", "c"))
    for options, factor in (([], 1), (["--replay-speed", "0.5"], 2),
                            (["--replay-speed=2"], 0.5)):
        came = {}

        def script(peer):
            peer.handshake()
            began = time.monotonic()
            for _ in "abc":
                data = peer.read_message()[1]
                came[data] = time.monotonic() - began
            peer.finish()
        equal(replay(path, script, "-w", "0", *options)[0], 0, "status")
        check(came[b"a"] > 0.09 * factor, f"a after {came[b'a']}")
        check(came[b"c"] > 0.29 * factor, f"c after {came[b'c']}")


@test
def speed_0_is_at_once():
    path = write("long.jsonl", (0, ">", "text", "a"), (59, ">", "text", "b"),
                 (59, "<", "text", "c"))

    def script(peer):
        peer.handshake()
        peer.read_message()
        peer.read_message()
        peer.finish()
    equal(replay(path, script, "--replay-speed=0", "-w", "0")[0], 0, "status")


@test
def answers_are_not_given_twice():
    """Pongs, and the answer to a close, go by themselves."""
    path = write("answers.jsonl", (0, "<", "ping", "x"), (0, ">", "pong", "x"),
                 (0, ">", "text", "a"), (0, "<", "close", (1000, "bye")),
                 (0, ">", "close", (1000, "bye")))

    def script(peer):
        peer.handshake()
        peer.expect("text", "a")
        peer.frame("ping", "y")
        peer.expect("pong", "y")
        peer.close(1001, "now")
        peer.expect_close(1001)
        peer.eof()
    equal(replay(path, script, "-w", "inf"), (0, b"", ""), "the run")


@test
def a_close_of_the_record_ends_it():
    """Once as many messages came as then: they may take longer now."""
    path = write("close.jsonl", (0, ">", "text", "a"), (0, "<", "text", "b"),
                 (0, ">", "close", (4001, "enough")))

    def script(peer):
        peer.handshake()
        peer.expect("text", "a")
        peer.expect_nothing(0.3)
        peer.frame("text", "b")
        peer.expect_close(4001, "enough")
        peer.close(4001)
        peer.eof()
    equal(replay(path, script, "-w", "20"), (0, b"b\n", ""), "the run")

    def silent(peer):
        peer.handshake()
        peer.expect("text", "a")
        peer.expect_close(4001, "enough")
        peer.close(4001)
        peer.eof()
    equal(replay(path, silent, "-w", "0.2"), (0, b"", ""), "without b")


@test
def it_comes_behind_x_and_before_standard_input():
    path = write("order.jsonl", (0, ">", "text", "replayed"),
                 (0, ">", "close", (1000, "")))

    def script(peer):
        peer.handshake()
        for data in ("given", "replayed", "read"):
            peer.expect("text", data)
        peer.finish()
    with Server(script) as server:
        equal(wstap("-x", "given", "--replay", path, "-i", "-w", "0",
                    server.url, stdin=b"read\n"), (0, b"", ""), "the run")

    def alone(peer):
        peer.handshake()
        peer.expect("text", "replayed")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
    with Server(alone) as server:
        equal(wstap("--replay", path, server.url, stdin=b"not read\n"),
              (0, b"", ""), "without -i")


@test
def with_i_the_prompt_goes_on():
    path = write("prompt.jsonl", (0, ">", "text", "replayed"),
                 (0.2, ">", "text", "later"))
    with repl("--replay", path, "-i") as (terminal, peer):
        peer.expect("text", "replayed")
        terminal.type("typed\r")
        seen = [peer.read_message()[1] for _ in range(2)]
        equal(sorted(seen), [b"later", b"typed"], "both")
        end(terminal, peer)


@test
def lockstep_waits_for_answers():
    path = write("lockstep.jsonl", (0, ">", "text", "a"),
                 (0, ">", "text", "b"))

    def script(peer):
        peer.handshake()
        peer.expect("text", "a")
        peer.expect_nothing(0.2)
        peer.frame("text", "go on")
        peer.expect("text", "b")
        peer.frame("text", "done")
        peer.finish()
    equal(replay(path, script, "--lockstep", "-w", "0.1")[0], 0, "status")


@test
def a_listener_sends_what_came_in_then():
    path = write("listener.jsonl", (0, ">", "text", "asked"),
                 (0, "<", "text", "answered"), (0, "<", "binary", "AP8="))
    for options in ([], ["--max-clients", "3"]):
        with Listening("--replay", path, *options) as listener:
            for _ in range(2):
                peer = peer_to(listener.port)
                peer.expect("text", "answered")
                peer.expect("binary", b"\0\xff")
                peer.close(1000)
                peer.expect_close(1000)
                peer.hangup()


@test
def each_connection_has_it_from_the_start():
    path = write("again.jsonl", (0, ">", "text", "a"))

    def script(peer):
        peer.handshake()
        peer.expect("text", "a")
        if server.connections == 1:
            peer.rst()
        else:
            peer.finish()
    with Server(script) as server:
        equal(wstap("--replay", path, "--reconnect=3", "-w", "0.5",
                    server.url)[0], 0, "status")
        equal(server.connections, 2, "connections")


@test
def a_server_that_closes_early():
    path = write("early.jsonl", (0, ">", "text", "a"), (50, ">", "text", "b"))

    def script(peer):
        peer.handshake()
        peer.expect("text", "a")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
    status, _, err = replay(path, script)
    equal(status, 55, "status")
    check("before 1 message could be sent" in err, err)


@test
def the_last_of_several_connections_is_taken():
    path = write("several.jsonl", (0, ">", "text", "old"),
                 (1, None, "open"), (1, ">", "text", "new"))

    def script(peer):
        peer.handshake()
        peer.expect("text", "new")
        peer.finish()
    status, _, err = replay(path, script, "-w", "0")
    equal((status, err), (0, f"wstap: {path}: the last of its 2 connections "
                          "is taken\n"), "the run")


@test
def what_is_no_record_ends_it_before_it_connects():
    path = write("none.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write("hello\nthere\n")
    for name in (path, "/nowhere/at/all", TMP, "/dev/null"):
        status, _, err = wstap("--replay", name, "ws://127.0.0.1:1/")
        equal((status, err.count("\n")), (26, 1), f"{name}: {err}")
        check(err.startswith(f"wstap: reading the record {name}: "), err)


@test
def a_line_that_is_wrong_is_named():
    path = write("wrong.jsonl", (0, ">", "text", "a"))
    for mark in '"dir":"sideways"', '"time":"2026-13-45T99:00:00Z"':
        with open(path, "a", encoding="utf-8") as file:
            file.write(f'{{{mark},"type":"text","data":"b"}}\n')
        status, _, err = wstap("--replay", path, "ws://127.0.0.1:1/")
        equal((status, err.count("\n")), (26, 1), err)
        check(err.startswith(f"wstap: reading the record {path}: line 3: "
                             f"{mark.partition(':')[0]} must be "), err)
        write("wrong.jsonl", (0, ">", "text", "a"))


# --- what comes is compared ---


def answers(*messages, close=None):
    def script(peer):
        peer.handshake()
        peer.expect("text", "go")
        for kind, data in messages:
            peer.frame("ping", "not compared")
            peer.expect("pong", "not compared")
            peer.frame(kind, data)
        if close:
            peer.close(*close)
            peer.expect_close(close[0])
            peer.eof()
        else:
            peer.finish()
    return script


RECORD = [(0, ">", "text", "go"), (0, "<", "ping", "any"),
          (0, "<", "text", "one"), (0, "<", "binary", "AAH/"),
          (0, "<", "text", "drei €")]
SAME = [("text", "one"), ("binary", b"\0\1\xff"), ("text", "drei €")]


@test
def no_differences():
    path = write("same.jsonl", *RECORD)
    status, out, err = replay(path, answers(*SAME), "--replay-check",
                              "-w", "0.3")
    equal((status, err), (0, told(1, 3, 0)), "the run")
    equal(out, b"one\n\0\1\xff\ndrei \xe2\x82\xac\n", "standard output")


@test
def each_difference_is_a_line():
    path = write("differs.jsonl", *RECORD)
    for came, lines in (
            ([("text", "onE"), *SAME[1:]],
             ['message 1 differs at byte 3: recorded "one", came "onE"']),
            ([("text", ""), *SAME[1:]],
             ['message 1 differs at byte 1: recorded "one", came ""']),
            ([("binary", "one"), *SAME[1:]],
             ["message 1: recorded as text, came as binary"]),
            ([SAME[0], ("binary", b"\0\2"), SAME[2]],
             ["message 2 differs at byte 2: recorded 00 01 ff, "
              "came 00 02"]),
            (SAME[:2], ["message 3 did not come"]),
            (SAME[:1], ["messages 2 to 3 did not come"]),
            ([], ["messages 1 to 3 did not come"]),
            ([*SAME, ("text", "x")], ["1 more message came than recorded"]),
            ([*SAME, ("text", "x"), ("text", "y")],
             ["2 more messages came than recorded"])):
        status, _, err = replay(path, answers(*came), "--replay-check",
                                "-w", "0.3")
        equal(status, 1, f"{lines}: status")
        equal(err.splitlines()[:-2], [f"wstap: {line}" for line in lines],
              "lines")
        count = int(lines[0][0]) if lines[0][0].isdigit() else (
            3 if "1 to 3" in lines[0] else 2 if " to " in lines[0] else 1)
        same = sum(a == b for a, b in zip(came, SAME))
        check(err.endswith(told(1, same, count) + DIFFERS), err)


@test
def an_excerpt_of_what_is_long():
    path = write("long-one.jsonl", (0, ">", "text", "go"),
                 (0, "<", "text", "é" * 100 + "a" * 100))
    _, _, err = replay(
        path, answers(("text", "é" * 100 + "a" * 20 + "\x1b" + "a" * 79)),
        "--replay-check", "-w", "0.3")
    equal(err.splitlines()[0], 'wstap: message 1 differs at byte 221: '
          f'recorded ..."{"a" * 40}"..., came ..."{"a" * 10}\\x1b{"a" * 29}"'
          '...', "the line")


@test
def closes_are_compared():
    path = write("closed.jsonl", (0, ">", "text", "go"),
                 (0, "<", "close", (4001, "then")))
    # What the record has is no error, whatever code it is.
    status, _, err = replay(path, answers(close=(4001, "then")),
                            "--replay-check", "-w", "inf")
    equal((status, err), (0, told(1, 0, 0)), "the same")
    status, _, err = replay(path, answers(close=(1000, "now")),
                            "--replay-check", "-w", "inf")
    equal((status, err), (
        1, 'wstap: the close differs: recorded 4001 "then", came 1000 "now"\n'
        + told(1, 0, 1) + DIFFERS), "another")

    def lost(peer):
        peer.handshake()
        peer.expect("text", "go")
        peer.hangup()
    status, _, err = replay(path, lost, "--replay-check", "-w", "inf")
    equal(status, 56, "status")
    check(err.startswith("wstap: the close did not come\n" + told(1, 0, 1)),
          err)


@test
def what_is_never_the_same_is_ignored():
    path = write("times.jsonl", (0, ">", "text", "go"),
                 (0, "<", "text", "at 12:00:01, id 17, ok"),
                 (0, "<", "text", "17"))
    came = ("text", "at 9:30:00, id 1234, ok"), ("text", "")
    status, _, err = replay(path, answers(*came), "--replay-check",
                            "--replay-ignore", "[0-9:]+", "-w", "0.3")
    equal((status, err), (0, told(1, 2, 0)), "the run")
    status, _, err = replay(path, answers(*came), "--replay-check",
                            "--replay-ignore=id [0-9]+", "-w", "0.3")
    equal(status, 1, "status with the times")
    equal(err.splitlines()[0], 'wstap: message 1 differs at byte 4: recorded '
          '"at 12:00:01, id 17, ok", came "at 9:30:00, id 1234, ok"',
          "as they are")
    status, _, err = replay(
        path, answers(("text", "at 9:30:00, id 1234, no"), came[1]),
        "--replay-check", "--replay-ignore", "[0-9:]+", "-w", "0.3")
    equal((status, err.splitlines()[0]), (
        1, 'wstap: message 1 differs at byte 21 (as it came: 22): recorded '
        '..."1, id 17, ok", came ..." id 1234, no"'), "where in each")
    # Of several, each counts.
    both = ["--replay-ignore=id [0-9]+", "--replay-ignore", "[0-9:]{5,}"]
    for options in both, [*both[1:], both[0]]:
        status, _, err = replay(
            path, answers(came[0], ("text", "17")), "--replay-check",
            *options, "-w", "0.3")
        equal((status, err), (0, told(1, 2, 0)), "two of them")


@test
def a_listener_compares_what_was_sent():
    path = write("compared.jsonl", (0, ">", "text", "ask"),
                 (0, "<", "text", "answer"))
    for data, status in (("ask", 0), ("tell", 1)):
        with Listening("--once", "--replay", path, "--replay-check",
                       "-w", "0.3") as listener:
            peer = peer_to(listener.port)
            peer.expect("text", "answer")
            peer.frame("text", data)
            peer.expect_close(1000)
            peer.close(1000)
            peer.hangup()
            equal(listener.wait(), status, data)


# --- record and replay ---


@test
def what_was_recorded_of_node_is_replayed_to_it():
    """Both forms; with a message of each kind, empty ones and long ones."""
    lines = b"".join(json.dumps(line).encode() + b"\n" for line in (
        {"type": "text", "data": "hello"}, {"type": "text", "data": ""},
        {"type": "binary", "base64": "AP8="}, {"type": "ping", "data": "p"},
        {"type": "text", "data": "ü" * 100000},
        {"type": "close", "code": 1000, "reason": "done"}))
    with real.Echo("ws") as server:
        for name in ("node.jsonl", "node.har"):
            path = os.path.join(TMP, name)
            if os.path.exists(path):
                os.remove(path)
            status, out, err = wstap("--record", path, "-I", "jsonl",
                                     "--lockstep", server.url, stdin=lines)
            equal((status, err), (0, ""), f"{name}: recording")
            for speed in ("1", "0"):
                status, again, err = wstap(
                    "--replay", path, "--replay-check", "--replay-speed",
                    speed, server.url)
                equal((status, err), (0, told(4, 4, 0)),
                      f"{name}, speed {speed}")
                equal(again, out, "what came")


@test
def a_server_that_changed_is_found_out():
    path = os.path.join(TMP, "changed.jsonl")
    if os.path.exists(path):
        os.remove(path)
    with real.Echo("ws") as server:
        wstap("--record", path, "-x", "hello", "-x", "there", "-w", "0.3",
              server.url)

    def script(peer):
        peer.handshake()
        peer.expect("text", "hello")
        peer.frame("text", "Hello")
        peer.expect("text", "there")
        peer.finish()
    status, _, err = replay(path, script, "--replay-check")
    equal((status, err), (
        1, 'wstap: message 1 differs at byte 1: recorded "hello", came '
        '"Hello"\nwstap: message 2 did not come\n' + told(2, 0, 2) + DIFFERS),
        "the run")


@test
def a_replay_is_recorded():
    path = write("source.jsonl", (0, ">", "text", "a"))
    copy = os.path.join(TMP, "copy.jsonl")
    if os.path.exists(copy):
        os.remove(copy)

    def script(peer):
        peer.handshake()
        peer.expect("text", "a")
        peer.finish()
    equal(replay(path, script, "--record", copy, "-w", "0")[0], 0, "status")
    with open(copy, encoding="utf-8") as file:
        seen = [json.loads(line) for line in file]
    equal([e.get("data") for e in seen if e["type"] == "text"], ["a"],
          "the copy")


@test
def it_sleeps_between_what_is_due():
    """A pause costs no processor time, whatever it waits for."""
    pause = write("sleeps.jsonl", (0, ">", "text", "a"),
                  (0, ">", "text", "b"), (30, ">", "text", "c"))
    full = write("full.jsonl", (0, ">", "text", "a"),
                 *[(0, ">", "text", "b" * 1000)] * 16000)
    for path, options in (pause, ["--lockstep"]), (pause, []), (full, []):
        with Conversation() as server, Run(
                [WSTAP, "--replay", path, *options, server.url],
                close_stdin=False) as run:
            peer = server.connected()
            peer.expect("text", "a")
            time.sleep(0.3)
            before = ticks(run.pid)
            time.sleep(0.5)
            check(ticks(run.pid) - before < 10, "it does nothing")
            peer.hangup()
            wait_until(lambda: run.process.poll() is not None, "its end")


def ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
