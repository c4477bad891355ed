"""wstap and the terminal it is on: what it leaves behind, what it asks, and
what it keeps."""

import os
import re
import signal
import stat

from harness import CA, CERTS, TMP, check, equal, test, wait_until
from scripted import Conversation, Server, peer_to
from terminal import Terminal, end, goodbye, repl

HISTORY = ".local/state/wstap/history"


@test
def a_signal_puts_the_terminal_back():
    for number in (signal.SIGTERM, signal.SIGHUP):
        with repl() as (terminal, peer):
            terminal.type("half typed")
            terminal.wait_cursor("> half typed", 12)
            terminal.kill(number)
            peer.expect_close(1001)
            peer.close(1001)
            peer.eof()
            equal(terminal.wait(), 128 + number, "status")
            equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def the_history_is_kept_to_oneself():
    home = os.path.join(TMP, f"history-{os.getpid()}")
    os.mkdir(home)
    file = os.path.join(home, HISTORY)
    with repl(env={"HOME": home}) as (terminal, peer):
        for line in ("first", " secret", "last"):
            terminal.type(line + "\r")
            peer.expect("text", line)
        end(terminal, peer)
    equal(stat.S_IMODE(os.stat(file).st_mode), 0o600, "mode")
    with open(file) as f:
        text = f.read()
    check("first" in text and "last" in text, f"the file has {text!r}")
    check("secret" not in text, "a line that starts with a blank is not kept")
    with repl(env={"HOME": home}) as (terminal, peer):
        terminal.type("\x1b[A\x1b[A")
        terminal.wait_cursor("> first", 7)
        terminal.type("\x15")
        end(terminal, peer)


@test
def a_history_that_others_could_read_becomes_private():
    home = os.path.join(TMP, f"open-{os.getpid()}")
    os.makedirs(os.path.join(home, os.path.dirname(HISTORY)))
    file = os.path.join(home, HISTORY)
    with open(file, "w"):
        pass
    os.chmod(file, 0o644)
    with repl(env={"HOME": home}) as (terminal, peer):
        terminal.type("line\r")
        peer.expect("text", "line")
        end(terminal, peer)
    equal(stat.S_IMODE(os.stat(file).st_mode), 0o600, "mode")


@test
def XDG_STATE_HOME_is_where_it_goes():
    state = os.path.join(TMP, f"state-{os.getpid()}")
    with repl(env={"XDG_STATE_HOME": state}) as (terminal, peer):
        terminal.type("here\r")
        peer.expect("text", "here")
        end(terminal, peer)
    with open(os.path.join(state, "wstap/history")) as file:
        check("here" in file.read(), "the line is there")


@test
def Ctrl_Z_and_fg():
    with Conversation() as server, Terminal(
            command=["/bin/bash", "--norc", "--noprofile", "-i"],
            env={"PS1": "$ ", "URL": server.url}) as terminal:
        terminal.wait_cursor("$", 2)
        terminal.type('wstap "$URL"\r')
        peer = server.connected()
        terminal.wait_cursor(">", 2)
        terminal.type("half")
        terminal.wait_cursor("> half", 6)
        terminal.type("\x1a")
        terminal.wait_for("Stopped")
        terminal.wait_cursor("$", 2)
        # The shell has a terminal that it can use.
        terminal.type("echo a''b\r")
        terminal.wait_line("ab")
        peer.frame("text", "meanwhile")
        terminal.type("fg\r")
        terminal.wait_line("< meanwhile")
        terminal.wait_cursor("> half", 6)
        terminal.type(" more\r")
        peer.expect("text", "half more")
        terminal.type("\x04")
        peer.expect_close(1000)
        peer.close(1000)
        peer.eof()
        terminal.wait_cursor("$", 2)
        terminal.type("exit\r")
        equal(terminal.wait(), 0, "the shell's status")


@test
def the_window_gets_narrower():
    with repl() as (terminal, peer):
        typed = "0123456789" * 6
        terminal.type(typed)
        terminal.wait_cursor("> " + typed, 62)
        terminal.resize(24, 40)
        terminal.pump(0.3)
        terminal.type("X")
        terminal.pump(0.2)
        terminal.type("\r")
        peer.expect("text", typed + "X")
        end(terminal, peer)


@test
def the_banner_names_TLS():
    with Conversation(kind="tls", folder=CERTS) as server, Terminal(
            ["--ca", CA, server.url]) as terminal:
        peer = server.connected()
        terminal.wait_for("Connected to wss://localhost:")
        check("TLSv1.3" in terminal.lines()[0], terminal.text())
        end(terminal, peer)


@test
def execute_on_a_terminal_has_no_prompt():
    with Conversation() as server, Terminal(
            ["-x", "hi", "-w", "0.3", server.url]) as terminal:
        peer = server.connected()
        peer.expect("text", "hi")
        peer.frame("text", "yo\x1b[2J")
        goodbye(terminal, peer)
        check(r"yo\x1b[2J" in terminal.text(), terminal.text())
        check(">" not in terminal.text(), terminal.text())


@test
def the_listening_end():
    with Terminal(["-l", "0"]) as terminal:
        terminal.wait_for("listening on 127.0.0.1:")
        port = int(re.search(r"listening on \S+:(\d+)", terminal.text())[1])
        peer = peer_to(port)
        peer.frame("text", "from the client")
        terminal.wait_line("< from the client")
        terminal.type("from the server\r")
        peer.expect("text", "from the server")
        peer.close(1000)
        peer.expect_close(1000)
        peer.expect_eof()
        peer.hangup()
        # And the next one.
        peer = peer_to(port)
        peer.frame("text", "another")
        terminal.wait_line("< another")
        terminal.type("\x03")
        peer.expect_close(1000)
        peer.close(1000)
        peer.hangup()
        terminal.wait()
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def quiet_has_no_prompt_and_no_banner():
    with Conversation() as server, Terminal(["-q", server.url]) as terminal:
        peer = server.connected()
        peer.frame("text", "hi")
        terminal.wait_for("hi")
        check("Connected" not in terminal.text(), terminal.text())
        terminal.type("\x04")
        goodbye(terminal, peer)


@test
def no_colour():
    for options, env in ((["--no-color"], {}), ([], {"NO_COLOR": "1"})):
        with repl(*options, env=env) as (terminal, peer):
            equal(terminal.style("Connected").fg, "default", "colour")
            end(terminal, peer)


@test
def a_terminal_for_output_alone_is_protected_too():
    def script(peer):
        peer.handshake()
        peer.frame("text", "a\x1b[2Jb")
        peer.close(1000)
        peer.finish()

    with Server(script) as server, Terminal(
            command=["/bin/sh", "-c", "exec wstap \"$0\" </dev/null",
                     server.url]) as terminal:
        equal(terminal.wait(), 0, "status")
        check(b"\x1b[2J" not in terminal.raw, f"{bytes(terminal.raw)!r}")
        check(rb"\x1b" in terminal.raw and b"[2Jb" in terminal.raw,
              f"{bytes(terminal.raw)!r}")


@test
def a_password_is_asked_for():
    home = os.path.join(TMP, f"password-{os.getpid()}")
    os.mkdir(home)
    with Conversation() as server, Terminal(
            ["--auth", "joe", server.url], env={"HOME": home}) as terminal:
        terminal.wait_for("assword")
        terminal.type("hunter2\r")
        peer = server.connected()
        equal(peer.head.get("Authorization"), "Basic am9lOmh1bnRlcjI=",
              "credentials")
        terminal.wait_cursor(">", 2)
        check("hunter2" not in terminal.text(), "it is not shown")
        end(terminal, peer)
    file = os.path.join(home, HISTORY)
    if os.path.exists(file):
        with open(file) as f:
            check("hunter2" not in f.read(), "nor kept")


@test
def Ctrl_C_while_a_password_is_asked_for():
    with Terminal(["--auth", "joe", "ws://127.0.0.1:1/"]) as terminal:
        terminal.wait_for("assword")
        terminal.type("\x03")
        equal(terminal.wait(), 130, "status")
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def Ctrl_C_while_it_connects():
    def silent(peer):
        peer.read_head()
        peer.expect_eof()

    with Server(silent) as server, Terminal([server.url]) as terminal:
        wait_until(lambda: server.peer and server.peer.head, "a request came")
        terminal.type("\x03")
        equal(terminal.wait(3), 130, "status")
        equal(terminal.modes(), terminal.modes_before, "terminal modes")


@test
def the_terminal_is_left_blocking():
    """Its open file description is the shell's too."""
    with repl() as (terminal, peer):
        end(terminal, peer)
        check(os.get_blocking(terminal.slave), "the terminal blocks again")
