"""/connect, /reconnect and --reconnect at the prompt: one connection after
another, and what each is told. Without any: test_stay.py."""

import os
import re
import select
import threading
import time

import frames
from harness import CA, CERTS, TMP, check, equal, test, wait_until
from scripted import Server, free_port
from several import (Several, bye, close, closed, command, left, prompt,
                     stage)
from terminal import Terminal

HINT = "/reconnect connects again, /connect URL elsewhere, Ctrl-C ends."


def descriptors(terminal):
    return sorted(os.listdir(f"/proc/{terminal.pid}/fd"))


# --- where to


@test
def elsewhere_and_back_and_again():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        shown = terminal.lines()[:2]
        for where, to in ((other.url, other), ("", other), (one.url, one),
                          (None, one)):
            line = f"/connect {where}" if where is not None else "/reconnect"
            command(terminal, line)
            closed(peer)
            peer = to.next()
            prompt(terminal)
            shown += ["> " + line.rstrip(),
                      'Disconnected (code: 1000, reason: "")',
                      f"Connected to {to.url}"]
        equal(terminal.text().splitlines(), shown + [">"], "the screen")
        command(terminal, "here")
        peer.expect("text", "here")
        peer.frame("text", "there")
        terminal.wait_line("< there")
        bye(terminal, peer)
        equal((one.connections, other.connections), (3, 2), "connections")


@test
def over_tls_and_over_a_socket_file():
    with Several(kind="tls", folder=CERTS) as secure, \
            Several(kind="unix", folder=TMP) as local, \
            stage("--ca", CA) as (terminal, [plain]):
        peer = plain.next()
        prompt(terminal)
        before = descriptors(terminal)
        for to, facts in ((secure, " (TLSv1.3)"), (local, ""),
                          (secure, " (TLSv1.3)"), (plain, "")):
            command(terminal, f"\x0c/connect {to.url}")
            closed(peer)
            peer = to.next()
            terminal.wait_for(f"Connected to {to.url}{facts}")
            prompt(terminal)
            check(facts or "(TLS" not in terminal.text(), terminal.text())
            peer.frame("text", "hello")
            terminal.wait_line("< hello")
            equal(len(descriptors(terminal)), len(before), "descriptors")
        bye(terminal, peer)


@test
def a_url_that_is_none_keeps_the_connection():
    with stage() as (terminal, [server]):
        peer = server.next()
        prompt(terminal)
        for url, says_ in (("ws://[", 'URL "ws://[": the ]'),
                           ("ftp://x/", "ftp"), ("ws://x/#y", "#"),
                           ("ws://u:secret@[", 'URL "ws://***@['),
                           ("a b", "without blanks")):
            command(terminal, "\x0c/connect " + url)
            terminal.wait_for(lambda u=url, s=says_: any(
                s in line for line in terminal.lines()
                if not line.endswith(u)), says_)
            prompt(terminal)
        command(terminal, "still here")
        peer.expect("text", "still here")
        bye(terminal, peer)


@test
def one_that_fails_leaves_the_prompt():
    with stage(servers=2) as (terminal, [one, other]):
        port = free_port()
        peer = one.next()
        prompt(terminal)
        command(terminal, f"/connect :{port}/x")
        closed(peer)
        terminal.wait_for(HINT)
        prompt(terminal)
        equal(terminal.text().count("Connection refused"), 1, "told once")
        command(terminal, "hello")
        terminal.wait_for("not sent: not connected: cannot connect to")
        terminal.wait_cursor("> hello", 7)
        command(terminal, "\x15\x0c/reconnect")
        terminal.wait_for(f"port {port}")
        prompt(terminal)
        command(terminal, f"/connect {other.url}")
        peer = other.next()
        prompt(terminal)
        # Without --stay the next close is the end again.
        close(peer, 1011)
        left(terminal, 111)


@test
def several_asked_for_at_once():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        command(terminal, f"/connect ws://127.0.0.1:{free_port()}/\r"
                f"/connect {other.url}\rtoo soon")
        terminal.wait_line("not sent: the connection is closing")
        closed(peer)
        peer = other.next()
        terminal.wait_cursor("> too soon", 10)
        command(terminal, "")
        peer.expect("text", "too soon")
        equal(one.connections, 1, "connections")
        bye(terminal, peer)


@test
def asked_for_while_the_server_closes():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        peer.close(1011, "no more")
        peer.expect_close(1011)
        command(terminal, f"/connect {other.url}")
        terminal.pump(0.1)
        peer.eof()
        peer = other.next()
        terminal.wait_line('Disconnected (code: 1011, reason: "no more")')
        terminal.wait_line(f"Connected to {other.url}")
        bye(terminal, peer)


@test
def a_server_that_does_not_answer_the_close():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        peer.frame("text", "half", fin=0)
        peer.expect_nothing(0.05)
        began = time.monotonic()
        command(terminal, f"/connect {other.url}")
        peer.expect_close(1000)
        peer = other.next()
        check(4 < time.monotonic() - began < 7, "the closing handshake's 5 s")
        peer.frame("text", "whole")
        terminal.wait_line("< half")
        terminal.wait_line("< whole")
        bye(terminal, peer)


class Drain(threading.Thread):
    """Takes in what comes, for as long as it is too much for the model of a
    screen, which is then shown its end."""

    def __init__(self, terminal):
        super().__init__(daemon=True)
        self.terminal, self.going, self.output = terminal, True, bytearray()

    def run(self):
        while self.going:
            if select.select([self.terminal.master], [], [], 0.02)[0]:
                self.output += os.read(self.terminal.master, 65536)

    def __enter__(self):
        self.start()

    def __exit__(self, *_):
        self.going = False
        self.join()
        self.terminal.stream.feed(bytes(self.output[-4000:]))


def flood(peer):
    """Never stops, and reads nothing."""
    peer.handshake()
    data = b"".join(frames.frame("text", f"flood {i}") for i in range(1000))
    try:
        while True:
            peer.send(data)
    except OSError:
        pass


@test
def a_flood_that_does_not_end():
    with Server(flood) as server, stage() as (terminal, [quiet]):
        peer = quiet.next()
        prompt(terminal)
        with Drain(terminal):
            command(terminal, f"/connect {server.url}")
            closed(peer)
            wait_until(lambda: server.connections, "the flood")
            time.sleep(0.3)
            began = time.monotonic()
            command(terminal, f"/connect {quiet.url}")
            peer = quiet.next()
            check(time.monotonic() - began < 8, "in time")
        terminal.wait_line(f"Connected to {quiet.url}")
        prompt(terminal)
        lines = terminal.text().splitlines()
        equal(lines[-3:], ['Disconnected (code: 1006, reason: "")',
                           f"Connected to {quiet.url}", ">"], "the last lines")
        # The last one may have been cut off.
        check(lines[-4].startswith("<") and
              re.fullmatch(r"< flood \d+", lines[-5]), terminal.text())
        command(terminal, "hello")
        peer.expect("text", "hello")
        bye(terminal, peer)


# --- what is kept


@test
def settings_history_and_the_type_are_kept():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        command(terminal, "/set hex on\r/set ping-pong on\r/binary")
        command(terminal, "remember me")
        peer.expect("binary", "remember me")
        command(terminal, f"/connect {other.url}")
        closed(peer)
        peer = other.next()
        terminal.wait_for(f"Connected to {other.url}")
        terminal.type("\x0c\x1b[A\x1b[A")
        terminal.wait_cursor("> remember me", 13)
        command(terminal, "")
        peer.expect("binary", "remember me")
        command(terminal, "/set")
        terminal.wait_for("hex on  json off  time off  ping-pong on")
        peer.frame("text", "hi")
        terminal.wait_for("68 69 ")
        bye(terminal, peer)


@test
def what_the_command_line_sends_goes_to_each():
    path = os.path.join(TMP, f"each-{os.getpid()}")
    with open(path, "w") as file:
        file.write("of a file")
    with stage("-i", "-x", "one", "-f", path, "-x", "two",
               servers=2) as (terminal, [one, other]):
        peer = one.next()
        for to in (other, one, one):
            for message in ("one", "of a file", "two"):
                peer.expect("text", message)
            prompt(terminal)
            command(terminal, "typed")
            peer.expect("text", "typed")
            command(terminal, f"/connect {to.url}")
            closed(peer)
            peer = to.next()
        for message in ("one", "of a file", "two"):
            peer.expect("text", message)
        peer.expect_nothing(0.1)
        prompt(terminal)
        bye(terminal, peer)


@test
def fifty_in_a_row_leave_nothing_behind():
    with stage("--stay", rows=10) as (terminal, [server]):
        peer = server.next()
        prompt(terminal)
        before = descriptors(terminal)
        for i in range(50):
            if i % 3 == 0:
                peer.rst()
            elif i % 3 == 1:
                close(peer, 1011)
            if i % 3 < 2:
                terminal.wait_for(HINT)
                prompt(terminal)
            command(terminal, "\x0c/reconnect")
            if i % 3 == 2:
                closed(peer)
            peer = server.next()
            terminal.wait_for("Connected to")
            prompt(terminal)
        equal(descriptors(terminal), before, "descriptors")
        bye(terminal, peer)


@test
def failures_leave_nothing_behind():
    def refuse(peer):
        peer.read_head()
        peer.send(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
        peer.drain()
    with Server(refuse) as server, Terminal(
            ["--stay", server.url], rows=10) as terminal:
        terminal.wait_for(HINT)
        prompt(terminal)
        before = descriptors(terminal)
        for i in range(20):
            port = free_port() if i % 2 else server.port
            command(terminal, f"\x0c/connect 127.0.0.1:{port}")
            terminal.wait_for(HINT)
            prompt(terminal)
        equal(descriptors(terminal), before, "descriptors")
        terminal.type("\x03")
        left(terminal)


@test
def messages_that_wait_are_lost_and_told_of():
    path = os.path.join(TMP, f"large-{os.getpid()}")
    with open(path, "wb") as file:
        file.truncate(32 << 20)
    for option, again in (("--stay", False), ("--reconnect", True)):
        with stage(option, columns=120) as (terminal, [server]):
            peer = server.next()
            prompt(terminal)
            terminal.type(f"/binary\r/file {path}\rone\rtwo\r\x0c")
            terminal.pump(0.3)
            terminal.type("half")
            terminal.wait_cursor("> half", 6)
            peer.rst()
            if not again:
                terminal.wait_line("3 of the messages typed last were not "
                                   "sent")
                terminal.wait_for(HINT)
                terminal.wait_cursor("> half", 6)
                terminal.type("\x15\x04")
                left(terminal)
                continue
            peer = server.next()
            for size in (32 << 20, 3, 3):
                equal(len(peer.read_message()[1]), size, "bytes")
            terminal.wait_cursor("> half", 6)
            terminal.type("\r")
            peer.expect("binary", "half")
            prompt(terminal)
            terminal.type("\x04")
            closed(peer)
            left(terminal)
