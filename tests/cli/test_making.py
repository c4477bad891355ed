"""While a connection is being made from the prompt, or is about to be."""

import contextlib
import signal
import socket
import time

from harness import check, equal, test
from scripted import Server, free_port
from sequence import Sequence, says
from several import Several, closed, left, prompt, stage
from terminal import Terminal

HINT = "/reconnect connects again, /connect URL elsewhere, Ctrl-C ends."
STOPPED = "stopped connecting (Ctrl-C)"


def silent(peer):
    """Accepts, and never answers."""
    peer.drain()


def making(terminal, server):
    """Types a /connect to a server that never answers; it is at it."""
    n = server.connections
    terminal.type(f"/connect {server.url}\r")
    terminal.wait_for(lambda: server.connections > n, "a connection")
    terminal.pump(0.05)


# --- being made


@test
def Ctrl_C_stops_the_making():
    with Server(silent) as server, stage() as (terminal, [home]):
        peer = home.next()
        prompt(terminal)
        terminal.type(f"/connect {server.url}\r")
        closed(peer)
        terminal.wait_for(lambda: server.connections == 1, "a connection")
        terminal.wait_cursor("connecting ...", 14)
        for _ in range(2):
            began = time.monotonic()
            terminal.type("\x03")
            terminal.wait_for(lambda: STOPPED in terminal.lines() and
                              terminal.cursor() == (">", 2), STOPPED)
            check(time.monotonic() - began < 1, "at once")
            equal(terminal.text().splitlines()[-3:], [STOPPED, HINT, ">"],
                  "the screen")
            terminal.type("\x0c")
            terminal.pump(0.05)
            making(terminal, server)
        terminal.type("\x03")
        terminal.wait_line(STOPPED)
        terminal.type("x\r")
        terminal.wait_line(f"not sent: not connected: {STOPPED}")
        terminal.type(f"\x15/connect {home.url}\r")
        peer = home.next()
        prompt(terminal)
        terminal.type("\x04")
        closed(peer)
        left(terminal)


@test
def Ctrl_C_stops_a_handshake_of_TLS():
    with Server(silent) as server, Terminal(
            ["--stay", f"ws://127.0.0.1:{free_port()}"]) as terminal:
        prompt(terminal)
        server.url = f"wss://127.0.0.1:{server.port}/"
        making(terminal, server)
        terminal.type("\x03")
        terminal.wait_line(STOPPED)
        prompt(terminal)
        terminal.type("\x04")
        left(terminal)


@test
def Ctrl_C_stops_the_wait_for_an_address():
    with socket.socket() as full, contextlib.ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        # A queue that is full answers nobody.
        for _ in range(8):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        with Terminal(["--stay", f"ws://127.0.0.1:{free_port()}"]) as terminal:
            prompt(terminal)
            terminal.type(f"/connect :{full.getsockname()[1]}\r")
            terminal.pump(0.3)
            check(terminal.cursor() != (">", 2), "it is at it")
            began = time.monotonic()
            terminal.type("\x03")
            terminal.wait_line(STOPPED)
            prompt(terminal)
            check(time.monotonic() - began < 1, "at once")
            terminal.type("\x04")
            left(terminal)


@test
def keys_typed_meanwhile_are_kept():
    with Server(silent) as server, stage("--stay") as (terminal, [home]):
        peer = home.next()
        prompt(terminal)
        terminal.type(f"/connect {server.url}\r")
        closed(peer)
        terminal.wait_for(lambda: server.connections == 1, "a connection")
        terminal.kill(signal.SIGWINCH)
        terminal.type("typed meanwhile")
        terminal.pump(0.1)
        # Not the key, which would have the terminal drop what was typed.
        terminal.kill(signal.SIGINT)
        terminal.wait_line(STOPPED)
        terminal.wait_cursor("> typed meanwhile", 17)
        terminal.type("\x15\x04")
        left(terminal)


@test
def a_signal_ends_the_making_and_all():
    for number in (signal.SIGTERM, signal.SIGHUP):
        with Server(silent) as server, Terminal(
                ["--stay", f"ws://127.0.0.1:{free_port()}"]) as terminal:
            prompt(terminal)
            making(terminal, server)
            began = time.monotonic()
            terminal.kill(number)
            left(terminal, 128 + number)
            check(time.monotonic() - began < 2, "at once")


@test
def the_time_for_it_runs_out():
    for option, says_ in (("--connect-timeout", "answer"),
                          ("--timeout", "(--timeout)")):
        with Server(silent) as server, Terminal(
                ["--stay", option, "0.6",
                 f"ws://127.0.0.1:{free_port()}"]) as terminal:
            prompt(terminal)
            terminal.type("\x0c")
            making(terminal, server)
            terminal.wait_for(lambda t=terminal, s=says_: any(
                s in line for line in t.lines()), says_)
            if option == "--timeout":
                left(terminal, 28)
                continue
            terminal.wait_for(HINT)
            prompt(terminal)
            terminal.type("\x04")
            left(terminal)


# --- --reconnect: the wait for the next attempt


def waits(terminal):
    """It is waiting; gives back how long it will be, in seconds."""
    terminal.wait_for("connecting again in ")
    terminal.pump(0.02)
    return float(terminal.text().split("connecting again in ")[-1].split()[0])


@test
def keys_are_heeded_in_the_wait():
    port = free_port()
    with Terminal(["--reconnect", f"ws://127.0.0.1:{port}/"],
                  columns=120) as terminal:
        waits(terminal)
        prompt(terminal)
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        terminal.type("\r")
        terminal.wait_for("not sent: not connected; attempt ")
        terminal.wait_cursor("> half", 6)

        def script(peer):
            peer.handshake()
            peer.expect("text", "half")
            closed(peer)
        with Sequence(script, port=port):
            terminal.wait_line(f"Connected to ws://127.0.0.1:{port}/")
            terminal.wait_cursor("> half", 6)
            terminal.type("\r")
            prompt(terminal)
            terminal.type("\x04")
            left(terminal)


@test
def reconnect_goes_at_once():
    port = free_port()
    with Terminal(["--reconnect", f"ws://127.0.0.1:{port}/"],
                  columns=120) as terminal:
        terminal.wait_for("(attempt 3)")
        prompt(terminal)
        check(waits(terminal) > 0.9, terminal.text())
        with Sequence(says("hello", code=1000), port=port) as server:
            began = time.monotonic()
            terminal.type("/reconnect\r")
            terminal.wait_line(f"Connected to {server.url}")
            check(time.monotonic() - began < 0.5, "at once")
            terminal.wait_line("< hello")
            left(terminal)


@test
def elsewhere_in_the_wait():
    with Several() as server, Terminal(
            ["--reconnect", f"ws://127.0.0.1:{free_port()}/"],
            columns=120) as terminal:
        waits(terminal)
        prompt(terminal)
        terminal.type(f"/connect {server.url}\r")
        peer = server.next()
        prompt(terminal)
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        # What is lost is made again where it led.
        peer.rst()
        peer = server.next()
        terminal.wait_cursor("> half", 6)
        terminal.type("\r")
        peer.expect("text", "half")
        terminal.type("\x04")
        closed(peer)
        left(terminal)


@test
def the_wait_is_left():
    for keys, status in (("\x03", 0), ("\x04", 0), ("/quit\r", 0)):
        with Terminal(["--reconnect", f"ws://127.0.0.1:{free_port()}/"],
                      columns=120) as terminal:
            terminal.wait_for("(attempt 2)")
            prompt(terminal)
            began = time.monotonic()
            terminal.type(keys)
            left(terminal, status)
            check(time.monotonic() - began < 0.9, "at once")
    for number in (signal.SIGTERM, signal.SIGHUP):
        with Terminal(["--reconnect", f"ws://127.0.0.1:{free_port()}/"],
                      columns=120) as terminal:
            terminal.wait_for("(attempt 1)")
            prompt(terminal)
            terminal.kill(number)
            left(terminal, 128 + number)


@test
def the_last_attempt_is_the_end():
    with Terminal(["--reconnect=1", f"ws://127.0.0.1:{free_port()}/"],
                  columns=120) as terminal:
        terminal.wait_for("(attempt 1 of 1)")
        left(terminal, 7)
        equal(terminal.text().count("refused"), 2, "told of each")
    with Terminal(["--reconnect=1", "--stay",
                   f"ws://127.0.0.1:{free_port()}/"],
                  columns=120) as terminal:
        terminal.wait_for(HINT)
        prompt(terminal)
        terminal.type("\x04")
        left(terminal)


@test
def time_runs_out_in_the_wait():
    with Terminal(["--reconnect", "--timeout", "1",
                   f"ws://127.0.0.1:{free_port()}/"],
                  columns=120) as terminal:
        terminal.wait_for("(attempt 1)")
        left(terminal, 28)
        check("(--timeout)" in terminal.text().splitlines()[-1],
              terminal.text())


@test
def Ctrl_C_stops_an_attempt_and_those_after_it():
    def lost(peer):
        peer.handshake()
        peer.rst()

    def answered(peer):
        peer.handshake()
        closed(peer)
    with Sequence(lost, silent, answered) as server, Terminal(
            ["--reconnect", server.url], columns=120) as terminal:
        terminal.wait_for("(attempt 1)")
        terminal.wait_for(lambda: server.connections == 2, "the attempt")
        terminal.pump(0.05)
        terminal.type("\x03")
        terminal.wait_line(STOPPED)
        terminal.wait_line(HINT)
        prompt(terminal)
        terminal.pump(1)
        equal(server.connections, 2, "connections")
        terminal.type("/reconnect\r")
        terminal.wait_for(lambda: terminal.text().count("Connected to") == 2,
                          "a connection")
        prompt(terminal)
        terminal.type("\x04")
        left(terminal)
