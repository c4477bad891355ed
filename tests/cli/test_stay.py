"""--stay: the prompt without a connection, and how it is left."""

import os
import re
import signal
import time

from harness import TMP, check, equal, test
from scripted import free_port
from sequence import Sequence
from several import close, closed, left, prompt, stage
from terminal import Terminal

HINT = "/reconnect connects again, /connect URL elsewhere, Ctrl-C ends."
BASH = ["/bin/bash", "--norc", "--noprofile", "-i"]


def without_connection(*options, **how):
    """A prompt that never had one."""
    return Terminal(["--stay", *options, f"ws://127.0.0.1:{free_port()}/"],
                    **how)


def refused(terminal, typed, why):
    """Enters a message: it is refused, and is the line again."""
    terminal.type(typed + "\r")
    terminal.wait_line(f"not sent: {why}")
    terminal.wait_cursor("> " + typed, 2 + len(typed))


def slowly(terminal, keys):
    """A terminal drops what was typed before a Ctrl-C and not yet read."""
    for key in keys:
        terminal.type(key)
        terminal.pump(0.03)


# --- a connection ends


@test
def a_server_s_close_leaves_the_prompt():
    for code, why in ((1000, "1000 (normal closure)"),
                      (1001, "1001 (going away)"),
                      (1011, "1011 (internal error): bye"),
                      (4000, "4000 (private use): bye")):
        with stage("--stay") as (terminal, [server]):
            peer = server.next()
            prompt(terminal)
            top = terminal.lines()[:2]
            close(peer, code, "bye")
            terminal.wait_for(HINT)
            prompt(terminal)
            equal(terminal.text().splitlines(),
                  top + [f'Disconnected (code: {code}, reason: "bye")', HINT,
                         ">"], "the screen")
            terminal.type("\x0c")
            refused(terminal, "grusz", "not connected: the server closed "
                    f"with {why}")
            terminal.type("\x15\x04")
            left(terminal)
            equal(server.connections, 1, "connections")


@test
def without_it_the_close_ends_the_program():
    for code, status in ((1000, 0), (1001, 0), (1011, 111), (4000, 111)):
        with stage() as (terminal, [server]):
            peer = server.next()
            prompt(terminal)
            terminal.type("half")
            terminal.wait_cursor("> half", 6)
            close(peer, code, "bye")
            left(terminal, status)
            lines = terminal.text().splitlines()
            equal(lines[2:], ["> half", f"Disconnected (code: {code}, "
                              'reason: "bye")'], "the screen")


@test
def a_half_typed_line_survives_all_ends():
    def lost(peer):
        peer.rst()

    def gone(peer):
        peer.hangup()

    def wrong(peer):
        peer.frame("text", b"\xff")
        peer.expect_close(1007)
        peer.eof()

    for way, code, said in (
            (lambda peer: close(peer, 1011, "no"), 1011, None),
            (lost, 1006, "connection lost: Connection reset by peer"),
            (gone, 1006, "connection lost: the server hung up without a "
             "close frame"),
            (wrong, 1006, "the server broke the protocol: a text message")):
        with stage("--stay", columns=100) as (terminal, [server]):
            peer = server.next()
            prompt(terminal)
            terminal.type("half a line\x1b[D\x1b[D\x1b[D\x1b[D")
            terminal.wait_cursor("> half a line", 9)
            way(peer)
            terminal.wait_for(HINT)
            terminal.wait_cursor("> half a line", 9)
            lines = terminal.text().splitlines()
            check(lines[2].startswith(f"Disconnected (code: {code},"),
                  terminal.text())
            if said:
                check(lines[3].startswith(said), terminal.text())
            equal(lines[3 + bool(said):], [HINT, "> half a line"],
                  "the rest of the screen")
            terminal.type("X\r")
            terminal.wait_for("not sent: not connected")
            terminal.wait_cursor("> half a Xline", 14)
            terminal.type("\x01\x0b/reconnect\r")
            peer = server.next()
            prompt(terminal)
            terminal.type("\x19\r")
            peer.expect("text", "half a Xline")
            terminal.type("\x04")
            closed(peer)
            left(terminal)


@test
def reset_while_it_is_typed():
    with stage("--stay") as (terminal, [server]):
        peer = server.next()
        prompt(terminal)
        typed = "the quick brown fox jumps over the lazy dog"
        for i, key in enumerate(typed):
            terminal.type(key)
            if i == 20:
                peer.rst()
            terminal.pump(0.005)
        terminal.wait_for(HINT)
        terminal.wait_cursor("> " + typed, 2 + len(typed))
        equal(terminal.text().count("> "), 1, "prompts on the screen")
        terminal.type("\x15\x04")
        left(terminal)


@test
def a_message_cut_off_is_none_of_the_next_connection_s():
    with stage("--stay") as (terminal, [server]):
        peer = server.next()
        prompt(terminal)
        peer.frame("text", "ha", fin=0)
        peer.expect_nothing(0.05)
        terminal.type("/reconnect\r")
        peer.expect_close(1000)
        peer.hangup()
        peer = server.next()
        peer.frame("text", "whole")
        terminal.wait_line("< whole")
        terminal.wait_line("< ha")
        terminal.type("\x04")
        closed(peer)
        left(terminal)


# --- none comes about


@test
def a_first_connection_that_is_refused():
    port = free_port()
    url = f"ws://127.0.0.1:{port}/"
    with Terminal(["--stay", url], columns=100) as terminal:
        prompt(terminal)
        why = f"cannot connect to 127.0.0.1 port {port}: Connection refused"
        equal(terminal.text().splitlines(), [why, HINT, ">"], "the screen")
        check(terminal.style("cannot").fg != "default", "coloured")
        refused(terminal, "hello", "not connected: " + why)

        def script(peer):
            peer.handshake()
            peer.expect("text", "hello")
            closed(peer)
        with Sequence(script, port=port):
            terminal.type("\x15/reconnect\r")
            terminal.wait_line("Connected to " + url)
            terminal.type("\x19\r\x04")
            left(terminal)


@test
def without_it_that_ends_the_program():
    with Terminal([f"ws://127.0.0.1:{free_port()}/"]) as terminal:
        left(terminal, 7)
        equal(terminal.text().count("refused"), 1, "told once")
        check(">" not in terminal.text(), terminal.text())


@test
def an_answer_that_is_no_101():
    def refuse(peer):
        peer.read_head()
        peer.send(b"HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nnever")
        peer.drain()
    with Sequence(refuse) as server, Terminal(
            ["--stay", server.url]) as terminal:
        terminal.wait_for(HINT)
        prompt(terminal)
        check("403" in terminal.text(), terminal.text())
        check("never" in terminal.text(), terminal.text())
        terminal.type("/quit\r")
        left(terminal)


@test
def no_command_of_a_connection_works_without_one():
    path = os.path.join(TMP, f"a-file-{os.getpid()}")
    with open(path, "w") as file:
        file.write("contents")
    with without_connection(rows=40) as terminal:
        prompt(terminal)
        for line in ("/ping", "/pong x", "/text hello", "/binary hello",
                     "/hex 48", "/base64 SGk=", "/file " + path, "/close",
                     "/close 4000 x", "/info"):
            terminal.type("\x0c" + line + "\r")
            terminal.wait_for("not connected")
            prompt(terminal)
        for line, says in (("/text", "sent as text from now on"),
                           ("/set", "  hex off"), ("/help close", "  /close"),
                           ("/history 2", "/help close"),
                           ("/nonsense", "no such command"),
                           ("/connect a b", "without blanks")):
            terminal.type("\x0c" + line + "\r")
            terminal.wait_for(says)
            prompt(terminal)
        terminal.type("\x04")
        left(terminal)


# --- it is left


@test
def all_ways_out():
    for keys in ("\x04", "\x03", "/quit\r", "half\x03\x03", " \x08\x04"):
        with stage("--stay") as (terminal, [server]):
            peer = server.next()
            prompt(terminal)
            slowly(terminal, keys)
            closed(peer)
            left(terminal)
            check(HINT not in terminal.text(), terminal.text())
        with without_connection() as terminal:
            prompt(terminal)
            slowly(terminal, keys)
            left(terminal)


@test
def close_leaves_the_prompt():
    with stage("--stay") as (terminal, [server]):
        for line, code in (("/close", 1000), ("/close 4001 enough", 4001)):
            peer = server.next()
            prompt(terminal)
            terminal.type("\x0c" + line + "\r")
            closed(peer, code)
            terminal.wait_for(HINT)
            prompt(terminal)
            check(f"(code: {code}," in terminal.text(), terminal.text())
            terminal.type("/reconnect\r")
        closed_by_user = server.next()
        prompt(terminal)
        terminal.type("\x04")
        closed(closed_by_user)
        left(terminal)


@test
def a_signal_at_the_prompt_ends_it():
    for number in (signal.SIGTERM, signal.SIGHUP):
        with without_connection() as terminal:
            prompt(terminal)
            terminal.type("half")
            terminal.wait_cursor("> half", 6)
            terminal.kill(number)
            left(terminal, 128 + number)


@test
def the_terminal_goes_away():
    with without_connection() as terminal:
        prompt(terminal)
        os.close(terminal.slave)
        os.close(terminal.master)
        deadline = time.monotonic() + 5
        pid = 0
        while not pid and time.monotonic() < deadline:
            pid, status = os.waitpid(terminal.pid, os.WNOHANG)
            time.sleep(0.01)
        # What closes the terminal again at the end has something to close.
        terminal.master, terminal.slave = os.openpty()
        check(pid, "it has ended")
        terminal.status = status
        check(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGHUP
              or status == 0, f"status {status}")


@test
def time_runs_out_at_the_prompt():
    began = time.monotonic()
    with without_connection("--timeout", "0.7") as terminal:
        prompt(terminal)
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        left(terminal, 28)
        check(0.6 < time.monotonic() - began < 3, "in time")
        check("(--timeout)" in terminal.text(), terminal.text())
        equal(terminal.text().count("> half"), 1, "the line")


# --- the screen


@test
def quiet_says_only_what_is_wrong():
    with stage("--stay", "-q") as (terminal, [server]):
        peer = server.next()
        peer.frame("text", "one")
        terminal.wait_line("< one")
        terminal.type("two\r")
        peer.expect("text", "two")
        close(peer)
        terminal.pump(0.2)
        equal(terminal.text(), "< one\ntwo", "the screen")
        terminal.type("three\r")
        terminal.wait_for("not sent: not connected")
        terminal.type("\x15\x04")
        left(terminal)


@test
def the_window_changes_and_it_is_stopped():
    url = f"ws://127.0.0.1:{free_port()}/"
    with Terminal(command=BASH, env={"PS1": "$ ", "URL": url},
                  columns=100) as terminal:
        terminal.wait_cursor("$", 2)
        terminal.type('wstap --stay "$URL"\r')
        prompt(terminal)
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        terminal.resize(10, 40)
        terminal.wait_cursor("> half", 6)
        terminal.type("\x1a")
        terminal.wait_for("Stopped")
        terminal.wait_cursor("$", 2)
        terminal.type("fg\r")
        terminal.wait_cursor("> half", 6)
        terminal.type("\x15\x04")
        terminal.wait_cursor("$", 2)
        terminal.type("echo status $?\r")
        terminal.wait_line("status 0")


@test
def events_of_each_end():
    def types(terminal):
        found = [re.match(r'{"time":"[^"]*",.*"type":"([a-z]+)"', line)
                 for line in terminal.lines()]
        return [match[1] for match in found if match]

    for options in (["--stay"], ["--reconnect"]):
        with stage(*options, "-O", "jsonl",
                   columns=200) as (terminal, [server]):
            peer = server.next()
            prompt(terminal)
            terminal.type("half")
            terminal.wait_cursor("> half", 6)
            close(peer, 1011, "no")
            terminal.wait_for('"exit":111')
            if "--stay" in options:
                terminal.wait_for(HINT)
                terminal.wait_cursor("> half", 6)
                terminal.type("\x15/reconnect\r")
            peer = server.next()
            wanted = ["open", "close", "error", "open"]
            terminal.wait_for(lambda t=terminal, w=wanted: types(t) == w,
                              "the events")
            terminal.type("\x15")
            prompt(terminal)
            equal(terminal.text().count("> half"), 0, "the line")
            terminal.type("\x04")
            closed(peer)
            left(terminal)
            equal(types(terminal), wanted + ["close"], "events")
