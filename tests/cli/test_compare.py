"""README.md's comparison is true: each row is tried, and told in its words.

A row is a function that gives the two cells, wstap's and wscat's, from what it
saw happen.
"""

import os
import re
import shutil
import socket
import subprocess
import sys

from harness import (CA, CERTS, ENV, HERE, TMP, WSTAP, Listening, Run,
                     check, equal, sanitized, test, wait_until)
from readme import rows, section
from real import NODE_MODULES, Echo, Nginx
from scripted import Conversation, Server, Unexpected, free_port
from terminal import Terminal

MIB = 1 << 20
NODE = shutil.which("node") or "node"
WSCAT = [NODE, os.path.join(NODE_MODULES, "wscat", "bin", "wscat")]
BOTH = ([WSTAP], WSCAT)
MINE = BOTH[0]

CELLS = {first: cells for first, *cells in rows(
    section("Compared with others"))}
tried = set()


def row(label, timeout=60):
    """Marks a function as a row's test: it gives back the row's cells."""
    def mark(function):
        def compare():
            check(label in CELLS, f"README.md has no row {label!r}")
            equal(list(function()), CELLS[label], label)
        compare.__name__ = function.__name__
        tried.add(label)
        return test(compare, timeout=timeout)
    return mark


def one_of(what, **cells):
    """The one cell whose condition holds."""
    held = [cell for cell, condition in cells.items() if condition]
    check(len(held) == 1, f"none or many of {held}: {what!r}")
    return held[0]


def to(program, url, *options):
    return [*program, *options, "-c", url]


def outcome(command, timeout=30, **how):
    """(status, stdout, stderr) of a run."""
    with Run(command, **how) as run:
        return run.wait(timeout), bytes(run.out), run.text()


def peak(command, **how):
    """The outcome, and the peak memory in MiB."""
    file = os.path.join(TMP, f"peak-{os.getpid()}")
    result = outcome([sys.executable, "-I", "-S", os.path.join(
        HERE, "peak.py"), file, *command], **how)
    with open(file) as f:
        return (*result, int(f.read()) / 1024)


def with_script(script, *options, **how):
    """The outcomes of both, with a server that does this."""
    results = []
    for program in BOTH:
        with Server(script) as server:
            results.append(outcome(to(program, server.url, *options),
                                   close_stdin=False, **how))
    return results


@test
def every_row_is_tried():
    equal(set(CELLS), tried, "the rows")
    status, out, _ = outcome([*WSCAT, "--version"])
    equal((status, out), (0, b"6.1.0\n"), "wscat's version")


@row("`echo hi | X URL`, to an echo server")
def a_piped_message():
    words = {b"hi\n": "prints `hi`", b"": "prints nothing"}
    with Echo("ws") as echo:
        for program in BOTH:
            status, out, _ = outcome(to(program, echo.url), stdin=b"hi\n")
            equal(status, 0, "status")
            yield words[out]


@row("1,000,000 lines through an echo server", timeout=180)
def very_many_lines():
    data = b"".join(b"%d\n" % i for i in range(1, 1000001))
    with Listening("-e") as echo:
        for options, program in ((["-w", "0"], MINE), ([], WSCAT)):
            _, out, _ = outcome(to(program, echo.url, *options), 80,
                                stdin=data)
            got = out.replace(b"> ", b"")
            yield ("all come back" if got == data else
                   "not all come back" if len(got) < len(data) else "?")


def of_size(size):
    def script(peer):
        peer.handshake()
        peer.send(b"\x81\x7f" + (size * MIB).to_bytes(8, "big"))
        try:
            for _ in range(size):
                peer.send(b"x" * MIB)
            peer.close(1000)
            peer.finish()
        except (OSError, Unexpected):
            pass  # what became of it is seen at the other end
    return script


@row("a message of 64 MiB comes in")
def a_large_message():
    for program in BOTH:
        with Server(of_size(64)) as server:
            *_, memory = peak(to(program, server.url), close_stdin=False)
        if program is MINE and sanitized():
            memory = 0  # a sanitizer's is its own
        yield one_of(memory, **{"takes under 16 MiB of memory": memory < 16,
                                "takes over 64 MiB of memory": memory > 64})


@row("a message of 128 MiB comes in")
def a_larger_message():
    for program in BOTH:
        with Server(of_size(128)) as server:
            status, out, err = outcome(to(program, server.url),
                                       close_stdin=False)
        yield one_of((status, err), **{
            "is printed": status == 0 and len(out) == 128 * MIB + 1,
            "is refused": status and not out and "size exceeded" in err})


@row("standard output in a pipe")
def standard_output():
    for program in BOTH:
        with Conversation() as server, Run(to(program, server.url),
                                           close_stdin=False) as run:
            peer = server.connected()
            # Until it has been seen to be open, wscat takes no lines.
            peer.frame("text", "open")
            wait_until(lambda: b"open\n" in run.out, "a first message")
            run.write(b"hi\n")
            peer.expect("text", "hi")
            peer.frame("text", "answer")
            wait_until(lambda: b"answer\n" in run.out, "an answer")
            out = bytes(run.out)
        yield one_of(out, **{
            "is the messages": out == b"open\nanswer\n",
            "has prompts in it, too": b"> " in out})


@row("binary messages in a pipe")
def binary():
    data = b"\xff\xfe\0A"

    def script(peer):
        peer.handshake()
        peer.frame("binary", data)
        peer.close(1000)
        peer.finish()

    for _, out, _ in with_script(script):
        yield one_of(out, **{
            "come out as they are": out == data + b"\n",
            "lose what is not UTF-8": "\ufffd".encode() in out})


def status_of(script):
    for status, _, _ in with_script(script):
        yield f"exit status {status}"


@row("the server closes with 1011")
def an_error_code():
    def script(peer):
        peer.handshake()
        peer.close(1011, "out of order")
        peer.finish()
    return status_of(script)


@row("the connection breaks off")
def a_lost_connection():
    def script(peer):
        peer.handshake()
        peer.frame("text", "one")
        peer.hangup()
    return status_of(script)


@row("the server refuses, and says why")
def a_refusal():
    def script(peer):
        peer.read_head()
        peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nwhy...")
        peer.hangup()
    for status, _, err in with_script(script):
        check("403" in err, err)
        shown = "status and reason" if "why..." in err else "status"
        yield f"shows the {shown}; exit status {status}"


@row("wss, a private authority")
def a_private_authority():
    with Echo("ws") as echo, Nginx(echo, CERTS) as nginx:
        for program in BOTH:
            with Run(to(program, nginx.url, "--ca", CA, "-x", "hi"),
                     close_stdin=False) as run:
                equal((run.wait(), bytes(run.out)), (0, b"hi\n"), "with it")
            status, out, _ = outcome(to(program, nginx.url, "-x", "hi"),
                                     close_stdin=False)
            equal(out, b"", "without it")
            yield f"`--ca`; without it exit status {status}"


# On a terminal


def screens(**env):
    """Both at their prompts: the terminal and the peer."""
    for program in BOTH:
        with Conversation() as server, Terminal(
                command=to(program, server.url), env=env) as terminal:
            peer = server.connected()
            terminal.wait_for("Connected")
            yield terminal, peer


@row("a message comes in while a line is typed")
def a_half_typed_line():
    for terminal, peer in screens():
        terminal.type("half a li")
        terminal.wait_cursor("> half a li", 11)
        peer.frame("text", "a message")
        terminal.wait_line("< a message")
        terminal.wait_cursor("> half a li", 11)
        yield "the line stays"


@row("a server's escape sequences")
def escape_sequences():
    for terminal, peer in screens():
        peer.frame("text", "\x1b]0;mine\x07 end")
        terminal.wait_for(" end")
        yield one_of(terminal.text(), **{
            "are shown": "\\x1b]0;mine\\x07 end" in terminal.text() and
                         b"\x1b]0;" not in terminal.raw,
            "act": b"\x1b]0;mine" in terminal.raw})


@row("a binary message on the screen")
def binary_on_the_screen():
    for terminal, peer in screens():
        peer.frame("binary", b"\xff\xfe\0end")
        terminal.wait_for("end")
        yield ("a hex dump" if "ff fe 00 65 6e 64" in terminal.text()
               else "as if it were text")


@row("the history")
def history():
    state = os.path.join(TMP, f"state-{os.getpid()}")
    for terminal, peer in screens(XDG_STATE_HOME=state):
        terminal.type("remember this\r")
        peer.expect("text", "remember this")
        terminal.type("\x04")
        peer.finish()
        terminal.wait()
    for terminal, _ in screens(XDG_STATE_HOME=state):
        terminal.type("\x1b[A!")
        terminal.wait_for("!")
        yield ("is kept" if "> remember this!" in terminal.text()
               else "ends with the run")


# The server's end, and what is offered


def reaches(host, port):
    try:
        socket.create_connection((host, port), 5).close()
        return True
    except OSError:
        return False


@row("`-l PORT` listens")
def listening():
    for program in BOTH:
        port = free_port()
        with Run([*program, "-l", str(port)], close_stdin=False):
            wait_until(lambda: reaches("127.0.0.1", port), "it listens")
            if sys.platform == "linux":
                wide = reaches("127.0.0.2", port)
            else:
                wide = reaches("::1", port)
            yield "on every address" if wide else "on loopback"


@row("permessage-deflate")
def compression():
    for program in BOTH:
        offers = []

        def script(peer):
            offers.append(peer.handshake().get("Sec-WebSocket-Extensions"))
            peer.close(1000)
            peer.finish()
        with Server(script) as server:
            outcome(to(program, server.url), close_stdin=False)
        yield ("yes" if "permessage-deflate" in (offers[0] or "") else
               "not in this version")


@row("proxies, redirects, client certificates")
def what_wscat_has():
    told = [outcome([*program, "--help", *more])[1].decode()
            for program, more in ((MINE, ["all"]), (WSCAT, []))]
    for text in told:
        there = [bool(re.search(rf"{option}\b", text))
                 for option in ("--proxy", "--location", "--cert")]
        yield one_of(text, **{"yes": all(there),
                              "not in this version": not any(there)})


@test
def the_curl_of_this_machine():
    """Debian 12's has no ws; of a curl that has it, nothing is said."""
    curl = shutil.which("curl")
    if not curl:
        return
    done = subprocess.run([curl, "--version"], env=ENV, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    version = done.stdout.decode()
    protocols, = re.findall(r"^Protocols:(.*)", version, re.M)
    if version.startswith("curl 7.88."):
        check("ws" not in protocols.split(), protocols)
        status, _, err = outcome([curl, "-sS", "ws://127.0.0.1:1/"])
        equal(status, 1, f"status; {err}")
        check('Protocol "ws" not supported' in err, err)
