"""--record and /record: all that goes both ways, and no secret. What becomes of
the file: test_record_files.py."""

import base64
import os
import stat

import frames
from harness import TMP, Listening, check, equal, test, wait_until, wstap
from recorded import brief, briefly, check_har, lines, messages, place
from scripted import Server, peer_to
from several import closed, prompt, stage
from terminal import end, repl

SECRETS = ["-H", "Cookie: id=secret1", "-H", "Authorization: Bearer secret2",
           "-H", "Proxy-Authorization: secret3", "-H", "X-Other: plain"]
BYE = base64.b64encode(frames.close(1000, "bye")).decode()


def everything(peer):
    """One of each kind, both ways."""
    peer.handshake(fields=["Set-Cookie: a=secret4", "X-Mine: shown"])
    equal(peer.read_message(), ("text", "grüße".encode()), "what came")
    peer.frame("text", "one", fin=0)
    peer.frame("ping", "p")
    peer.expect("pong", "p")
    peer.frame("continuation", " two")
    peer.frame("binary", b"\0\xff")
    peer.frame("pong", b"\xff")
    peer.close(1000, "bye")
    peer.expect_close(1000)
    peer.eof()


SEEN = ["open", "> text grüße", "< ping p", "> pong p", "< text one two",
        "< binary AP8=", "< pong /w==", "< close 1000 bye",
        "> close 1000 bye"]


@test
def jsonl_has_both_directions():
    path = place("both.jsonl")
    with Server(everything) as server:
        status, out, err = wstap(
            "--record", path, "-x", "grüße", "-w", "inf", *SECRETS,
            server.url.replace("//", "//me:secret5@"))
    equal((status, err), (0, ""), "status and standard error")
    equal(out, b"one two\n\0\xff\n", "standard output is as ever")
    equal(briefly(path), SEEN, "the record")
    opening = lines(path)[0]
    equal(opening["url"], server.url, "the URL has no credentials")
    check(opening["request"].startswith("GET / HTTP/1.1\r\n"), "the request")
    check("X-Other: plain\r\n" in opening["request"], "what is no secret")
    check("X-Mine: shown\r\n" in opening["response"], "what is no secret")
    for name in ("Cookie", "Authorization", "Proxy-Authorization"):
        check(f"{name}: ***\r\n" in opening["request"], name)
    check("Set-Cookie: ***\r\n" in opening["response"], "Set-Cookie")
    with open(path, encoding="utf-8") as file:
        check("secret" not in file.read(), "no secret is in it")
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "its mode")


@test
def secrets_are_kept_where_they_are_wanted():
    path = place("secrets.jsonl")
    with Server(everything) as server:
        wstap("--record", path, "--record-secrets", "-x", "grüße", "-w", "inf",
              *SECRETS, server.url)
    opening = lines(path)[0]
    for field in SECRETS[1::2]:
        check(f"{field}\r\n" in opening["request"], field)
    check("Set-Cookie: a=secret4\r\n" in opening["response"], "Set-Cookie")


@test
def a_har_has_the_same():
    path = place("both.har")
    with Server(everything) as server:
        status, _, err = wstap("--record", path, "-x", "grüße", "-w", "inf",
                               *SECRETS, server.url + "?a=b")
    equal((status, err), (0, ""), "status and standard error")
    entry, = check_har(path)
    equal(messages(entry), [
        (">", 1, "grüße"), ("<", 9, "cA=="), (">", 10, "cA=="),
        ("<", 1, "one two"), ("<", 2, "AP8="), ("<", 10, "/w=="),
        ("<", 8, BYE), (">", 8, BYE)], "messages")
    equal(entry["request"]["url"], server.url + "?a=b", "the URL")
    equal(entry["request"]["queryString"], [{"name": "a", "value": "b"}],
          "query")
    equal(entry["response"]["status"], 101, "the status")
    check({"name": "Cookie", "value": "***"} in entry["request"]["headers"],
          "secrets are blanked")
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "its mode")


@test
def a_har_s_name_may_end_in_capitals():
    for name in "capitals.HAR", "capitals.Har":
        path = place(name)
        with Server(everything) as server:
            equal(wstap("--record", path, "-x", "grüße", "-w", "inf",
                        server.url)[0], 0, "status")
        equal(len(check_har(path)), 1, "entries")


@test
def fragments_that_are_sent_are_one_message():
    path = place("long.jsonl")
    long = b"a" * 300000 + "ü".encode() * 300000

    def script(peer):
        peer.handshake()
        equal(peer.read_message(), ("text", long), "the message")
        peer.finish()
    with Server(script) as server:
        wstap("--record", path, "--no-compress", "--max-frame", "1000",
              "-I", "whole", "-w", "0", server.url, stdin=long)
    sent = lines(path)[1]
    equal((sent["dir"], sent["size"]), ("out", len(long)), "one message")
    equal(sent["data"], long.decode(), "its text")


@test
def one_too_long_is_left_out_and_told_of():
    path = place("toolong.jsonl")

    def script(peer):
        peer.handshake()
        peer.read_message()
        equal(peer.read_message(), ("text", b"short"), "the other")
        peer.finish()
    with Server(script) as server:
        wstap("--record", path, "--max-message", "100k", "-f", "-",
              "-x", "short", "-w", "0", server.url, stdin=b"a" * 200000)
    equal(briefly(path), ["open", "error", "> text short", "> close 1000 ",
                          "< close 1000 "], "the record")


@test
def an_echo_is_recorded():
    path = place("echo.jsonl")

    def script(peer):
        peer.handshake()
        peer.frame("text", "x")
        peer.expect("text", "x")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
    with Server(script) as server:
        wstap("-e", "--record", path, server.url)
    equal(briefly(path)[1:3], ["< text x", "> text x"], "both")


def left_out(path):
    return (f"wstap: recording to {path}: raw frames and what breaks the "
            "protocol have no place in a HAR and are left out (jsonl has "
            "them)\n")


@test
def raw_frames_are_in_jsonl_only():
    line = b'{"type":"frame","fin":true,"opcode":3,"hex":"01"}\n'

    def script(peer):
        peer.handshake()
        for _ in range(2):
            equal(peer.read_frame().opcode, 3, "its opcode")
        peer.close(1002)
        peer.drain()
    for name in ("raw.jsonl", "raw.har"):
        path = place(name)
        with Server(script) as server:
            status, _, err = wstap("-I", "jsonl", "--record", path,
                                   server.url, stdin=2 * line)
        equal(status, 111, "status")
        if name.endswith(".har"):
            equal(messages(check_har(path)[0])[0][0], "<", "the first")
            equal(err.count("\n"), 2, err)
            check(err.startswith(left_out(path)), err)
        else:
            event = lines(path)[1]
            equal((event["type"], event["dir"], event["opcode"]),
                  ("frame", "out", 3), "the frame")
            equal(err.count("\n"), 1, err)


def breaking(peer):
    peer.handshake()
    peer.frame("text", "x", rsv=1)
    peer.drain()


@test
def what_breaks_the_protocol_is_not_in_a_har():
    path = place("fault.har")
    with Server(breaking) as server:
        status, _, err = wstap("--record", path, server.url)
    equal((status, err.count("\n")), (110, 2), err)
    check(left_out(path) in err, err)
    # What only ended badly left nothing out.
    status, _, err = wstap("--record", path, "ws://127.0.0.1:1/")
    equal((status, err.count("\n")), (7, 1), err)


@test
def how_it_failed_is_in_it():
    path = place("fails.jsonl")
    with Server(breaking) as server:
        equal(wstap("--record", path, server.url)[0], 110, "status")
    fault, first, second = briefly(path)[1:]
    equal(fault, "< raw " + base64.b64encode(b"\x91\1x").decode(), "the frame")
    check(first.startswith("> close 1002 a reserved bit"), first)
    equal(second, "error", "what follows")
    equal(lines(path)[-1]["exit"], 110, "its status")
    # Also where there was no connection at all.
    equal(wstap("--record", path, "ws://127.0.0.1:1/")[0], 7, "status")
    equal(lines(path)[-1]["exit"], 7, "its status")


@test
def a_frame_that_breaks_the_protocol_is_in_it():
    """As it came, so far as it did, 4 KiB at most, with its size; nothing of
    what follows. A message that turns out broken has none."""
    for sent, kept, size in (
            (b"\x89\x7e\0\x7e" + b"a" * 126 + b"\x81\1x", 130, 130),
            (b"\x83\x7e\x20\0" + b"a" * 8192, 4096, 8196),
            (b"\x81\xfe\x01\0abcd1234", None, 264),
            (b"\x88\2\3\xed", 4, 4), (b"\x88\1\3\x81\1x", 3, 3),
            (b"\x82\x7f\x80\0\0\0\0\0\0\0", 10, 10),
            (b"\x81\2\xc3\x28", 0, 0)):
        path = place("fault.jsonl")

        def script(peer):
            peer.handshake()
            peer.send(sent)
            peer.drain()
        with Server(script) as server:
            equal(wstap("--record", path, server.url)[0], 110, "status")
        raw = [e for e in lines(path) if e["type"] == "raw"]
        if kept == 0:
            equal(raw, [], f"{sent}")
            continue
        event, = raw
        equal(event["dir"], "in", "its way")
        data = base64.b64decode(event["base64"])
        equal((data, event["size"]),
              (sent[:len(sent) if kept is None else kept], size), "the frame")


@test
def a_client_s_fault_is_recorded_as_it_came():
    """Masked: a close with a code that may not be sent."""
    path = place("client-fault.jsonl")
    with Listening("--once", "--record", path) as end_:
        peer = peer_to(end_.port)
        peer.send(b"\x88\x82abcd" + bytes((3 ^ 97, 0xed ^ 98)))
        peer.drain()
        equal(end_.wait(), 110, "status")
    event, = [e for e in lines(path) if e["type"] == "raw"]
    equal(base64.b64decode(event["base64"]),
          b"\x88\x82abcd" + bytes((3 ^ 97, 0xed ^ 98)), "the frame")


def refusing(status, words, *fields):
    head = "".join(f"{field}\r\n" for field in fields)

    def script(peer):
        peer.read_head()
        peer.send(f"HTTP/1.1 {status} {words}\r\n{head}"
                  "Content-Length: 3\r\n\r\nno\n".encode())
        peer.eof()
    return script


@test
def a_handshake_that_is_refused_is_in_it():
    """Both heads, and what a --replay takes is the connection after it."""
    script = refusing(401, "Unauthorized", "Set-Cookie: a=secret", "X-A: b")

    def hello(peer):
        peer.handshake()
        peer.expect("text", "hi")
        peer.frame("text", "ho")
        peer.finish()
    for name in "refused.jsonl", "refused.har":
        path = place(name)
        with Server(script) as server:
            equal(wstap("--record", path, server.url)[0], 22, "status")
            url = server.url
        if name.endswith(".har"):
            entry, = check_har(path)
            equal(messages(entry), [], "messages")
            equal((entry["request"]["method"], entry["request"]["url"]),
                  ("GET", url), "its request")
            equal((entry["response"]["status"],
                   entry["response"]["statusText"]), (401, "Unauthorized"),
                  "its response")
            check({"name": "X-A", "value": "b"} in
                  entry["response"]["headers"], "its fields")
        else:
            opening, error = lines(path)
            equal((opening["type"], opening["url"], opening["status"],
                   error["exit"]), ("open", url, 401, 22), "the lines")
            check(opening["request"].startswith("GET / HTTP/1.1\r\n"), "asked")
            check("\r\nX-A: b\r\n" in opening["response"], "told")
            check(opening["address"] in url, opening["address"])
        with open(path, encoding="utf-8") as file:
            check("secret" not in file.read(), "no secret is in it")
        # It is no connection that could be replayed.
        equal(wstap("--replay", path, "ws://127.0.0.1:1/")[0], 26, "alone")
        with Server(hello) as server:
            wstap("--record", path, "-x", "hi", "-w", "0.2", server.url)
        with Server(hello) as server:
            status, _, err = wstap("--replay", path, "--replay-check",
                                   "-w", "0.2", server.url)
        equal(status, 0, err)


@test
def what_was_answered_is_told_of_the_last_request_alone():
    """A redirect to where nobody listens, or that does not answer."""
    path = place("redirected.jsonl")
    with Server(refusing(302, "Found", "Location: ws://127.0.0.1:1/")) as one:
        equal(wstap("-L", "--record", path, one.url)[0], 7, "status")
    equal(briefly(path), ["error"], "nobody there")

    def twice(peer):
        if server.connections == 1:
            refusing(302, "Found", "Location: /there")(peer)
            return
        peer.read_head()
        peer.eof()
    path = place("redirected.jsonl")
    with Server(twice) as server:
        equal(wstap("-L", "--record", path, server.url)[0], 52, "status")
    equal(briefly(path), ["error"], "no answer")


@test
def each_connection_begins_anew():
    def script(peer):
        peer.handshake()
        peer.frame("text", "hi")
        if server.connections == 1:
            peer.rst()
            return
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
    for name in ("again.jsonl", "again.har"):
        path = place(name)
        with Server(script) as server:
            equal(wstap("--reconnect=3", "--record", path, "-w", "inf",
                        server.url, close_stdin=False)[0], 0, "status")
        if name.endswith(".har"):
            entries = check_har(path)
            equal(len(entries), 2, "entries")
            check(("<", 1, "hi") in messages(entries[1]), "the second's")
        else:
            equal(briefly(path).count("open"), 2, "openings")


# --- listening ---


@test
def a_listener_s_clients():
    path = place("clients.jsonl")
    with Listening("--max-clients", "2", "--broadcast", "--record",
                   path) as end_:
        one = peer_to(end_.port, fields=["Cookie: secret"])
        two = peer_to(end_.port)
        two.frame("text", "from two")
        one.frame("text", "from one")
        wait_until(lambda: bytes(end_.out).count(b"\n") == 2, "both")
        end_.write(b"to all\n")
        for peer in (one, two):
            peer.expect("text", "to all")
            peer.close(1000)
            peer.expect_close(1000)
            peer.hangup()

        def ends():
            return briefly(path).count("> close 1000 ") == 2
        wait_until(ends, "both ends")
    events = lines(path)
    for number, what in ((1, "from one"), (2, "from two")):
        mine = [e for e in events if e["client"] == number]
        equal([brief(e) for e in mine],
              ["open", f"< text {what}", "> text to all", "< close 1000 ",
               "> close 1000 "], f"client {number}")
    with open(path, encoding="utf-8") as file:
        check("secret" not in file.read(), "no secret is in it")


@test
def a_har_of_a_listener_is_of_one_client_after_another():
    path = place("clients.har")
    status, _, err = wstap("-l", "0", "--max-clients", "2", "--record", path)
    equal((status, err.count("\n")), (2, 1), "status and lines")
    check("--max-clients 1" in err and not os.path.exists(path), err)
    with Listening("--record", path) as end_:
        for i in range(2):
            peer = peer_to(end_.port)
            peer.frame("text", f"client {i}")
            peer.close(1000)
            peer.expect_close(1000)
            peer.hangup()
        wait_until(lambda: len(check_har(path)) == 2 and
                   len(messages(check_har(path)[1])) == 3, "both")
    entries = check_har(path)
    equal([messages(e)[0] for e in entries],
          [("<", 1, "client 0"), ("<", 1, "client 1")], "their messages")
    equal(entries[0]["request"]["method"], "GET", "its request")


# --- at the prompt ---


@test
def record_at_the_prompt():
    path = place("prompt.jsonl")
    with repl() as (terminal, peer):
        terminal.type("before\r")
        peer.expect("text", "before")
        terminal.type(f"/record {path}\r")
        terminal.wait_for("recording to ")
        terminal.type("during\r/ping x\r")
        peer.expect("text", "during")
        peer.expect("ping", "x")
        peer.frame("text", "answer")
        terminal.wait_for("answer")
        terminal.type("/record off\r")
        terminal.wait_for("no more recording")
        terminal.type("after\r")
        peer.expect("text", "after")
        end(terminal, peer)
    equal(briefly(path), ["open", "> text during", "> ping x",
                          "< text answer"], "the record")


@test
def a_message_that_has_begun_is_not_recorded_in_part():
    path = place("begun.jsonl")
    with repl() as (terminal, peer):
        peer.frame("text", "one", fin=0)
        peer.frame("ping", "seen")
        peer.expect("pong", "seen")
        terminal.type(f"/record {path}\r")
        terminal.wait_for("recording to ")
        peer.frame("continuation", "two")
        peer.frame("text", "whole")
        terminal.wait_for("whole")
        end(terminal, peer)
    equal(briefly(path)[:2], ["open", "< text whole"], "the record")


@test
def faults_at_the_prompt_leave_it_as_it_is():
    path = place("faults.jsonl")
    with repl("--record", path) as (terminal, peer):
        terminal.type("/record /nowhere/at/all\r")
        terminal.wait_for("cannot write the record /nowhere/at/all")
        terminal.type("/record\r")
        terminal.wait_for("recording to ")
        terminal.type("on\r")
        peer.expect("text", "on")
        terminal.type("/record /dev/full\r")
        terminal.wait_for("No space left on device")
        terminal.type("still\r")
        peer.expect("text", "still")
        terminal.type("/record\r")
        terminal.wait_for("not recording")
        terminal.type("/record -\r")
        terminal.wait_for("/record -: a record is a file")
        end(terminal, peer)
    equal(briefly(path), ["open", "> text on"], "the record")


@test
def a_file_in_use_is_no_record_at_the_prompt():
    """Not the trace; and the record itself, by another name, goes on."""
    path, trace = place("in-use.har"), place("in-use.trace")
    with repl("--record", path, f"--trace={trace}") as (terminal, peer):
        terminal.type(f"/record {os.path.join(TMP, '.', 'in-use.trace')}\r")
        terminal.wait_for("/record and --trace: two files are needed")
        terminal.type("one\r")
        peer.expect("text", "one")
        terminal.type(f"/record {os.path.join(TMP, '.', 'in-use.har')}\r")
        terminal.wait_for("recording to ")
        terminal.type("two\r")
        peer.expect("text", "two")
        end(terminal, peer)
    entry, = check_har(path)
    equal([m[2] for m in messages(entry)][:2], ["one", "two"], "messages")


@test
def tab_completes_the_name_of_a_file():
    os.makedirs(os.path.join(TMP, "tabbed"), exist_ok=True)
    with repl() as (terminal, peer):
        terminal.type("/record tabb\t")
        terminal.wait_for("/record tabbed/")
        terminal.type("\x15")
        end(terminal, peer)


@test
def blanks_in_a_file_s_name():
    """As Tab completes it, and as it is typed without one."""
    path = place("two words.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"type":"ping"}\n')
    with repl() as (terminal, peer):
        terminal.type("/record two\t")
        terminal.wait_for("/record two\\ words.jsonl")
        terminal.type("\r")
        terminal.wait_for("recording to two words.jsonl")
        terminal.type("on\r")
        peer.expect("text", "on")
        terminal.type("/record off\r")
        terminal.wait_for("no more recording")
        terminal.type("/record two words.jsonl\r")
        terminal.type("again\r")
        peer.expect("text", "again")
        end(terminal, peer)
    equal([b for b in briefly(path)[1:] if "close" not in b],
          ["open", "> text on", "open", "> text again"], "the record")


@test
def recording_goes_on_to_where_the_user_goes():
    path = place("connect.jsonl")
    with stage("--record", path, servers=2) as (terminal, servers):
        one = servers[0].next()
        prompt(terminal)
        terminal.type(f"/connect {servers[1].url}\r")
        closed(one)
        two = servers[1].next()
        terminal.wait_for(f"Connected to {servers[1].url}")
        terminal.type("there\r")
        two.expect("text", "there")
        terminal.type("\x04")
        closed(two)
        equal(terminal.wait(), 0, "status")
    opened = [e["url"] for e in lines(path) if e["type"] == "open"]
    equal(opened, [servers[0].url, servers[1].url], "both")
